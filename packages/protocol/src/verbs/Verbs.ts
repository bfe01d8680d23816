/** The list of verbs, from which every door takes its verbs. */
import { readVerbs } from "./ReadVerbs.ts"
import { storeVerbs } from "./StoreVerbs.ts"
import { transitionVerbs } from "./TransitionVerbs.ts"

const { create, ...others } = storeVerbs

/**
 * Every verb with its name, party, effect, arguments, result and errors. The engine, the SDK, the command and the generated
 * tables follow from this list.
 *
 * @example
 * ```ts
 * import { verbs } from "@aumai/handoff-protocol"
 *
 * console.log(verbs.accept.event, verbs.accept.party, verbs.accept.does) // Accepted receiver writes
 * console.log(Object.keys(verbs.ask.input.fields)) // ["question"]
 * ```
 */
export const verbs = { create, ...transitionVerbs, ...others, ...readVerbs }

export type Verbs = typeof verbs
/** The name of a verb. */
export type VerbName = keyof Verbs
