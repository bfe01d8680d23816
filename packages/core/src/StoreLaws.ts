/**
 * What every store promises, as plain values: each law is a name and an effect that fails with a sentence when the store
 * it runs on breaks it. They are bound to no test runner, so they run in any of them, and in a browser page.
 *
 * A law may run on a store that is in use, and on one where it has run before: it uses ids and agents of its own, drawn
 * from Effect's `Random`, and looks only at these. What counts all records, it compares with the counts before; so while
 * laws run nobody else should write, and they should run one after the other. What they write stays in the store. Laws
 * run on real time, also under a test clock, and commit at most a hundred times each.
 *
 * @example
 * ```ts
 * import { MemoryStore } from "@aumai/handoff-core"
 * import * as StoreLaws from "@aumai/handoff-core/StoreLaws"
 * import * as Effect from "effect/Effect"
 *
 * for (const { name, check } of StoreLaws.laws) {
 *   const result = await Effect.runPromise(Effect.result(Effect.provide(check, MemoryStore.layer)))
 *   console.log(result._tag === "Success" ? `kept: ${name}` : result.failure.message)
 * }
 * ```
 *
 * @module
 */
import { agents } from "./laws/agents.ts"
import { commits } from "./laws/commits.ts"
import { content } from "./laws/content.ts"
import { custody } from "./laws/custody.ts"
import type { Law } from "./laws/kit.ts"
import { log } from "./laws/log.ts"
import { views } from "./laws/views.ts"

export { type Law, LawBroken } from "./laws/kit.ts"
export { reopening, type ReopeningLaw } from "./laws/reopening.ts"

/**
 * What every store promises.
 *
 * @example
 * ```ts
 * import { laws } from "@aumai/handoff-core/StoreLaws"
 *
 * console.log(laws.map(({ name }) => name).includes("replaying a history gives the state")) // true
 * ```
 */
export const laws: ReadonlyArray<Law> = [...commits, ...views, ...log, ...content, ...custody, ...agents]
