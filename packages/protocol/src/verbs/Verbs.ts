/** The list of verbs: what can be done with handoffs, once for every door. */
import { readVerbs } from "./ReadVerbs.ts"
import { storeVerbs } from "./StoreVerbs.ts"
import { transitionVerbs } from "./TransitionVerbs.ts"

const { create, ...others } = storeVerbs

/**
 * Every verb, once: what it is called, who may call it, what it does, its arguments, what it gives and how it can fail.
 * The engine, the SDK, the command and the printed tables all follow from this list.
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
