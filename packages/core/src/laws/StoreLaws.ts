/**
 * The promises of every store, as plain values: each law is a name and an effect that fails with a sentence if the store
 * breaks it. Laws run in any test runner, and in a browser page.
 *
 * A law can run on a store that is in use, and repeatedly: it draws its ids and agents from Effect's `Random` and reads only
 * these. It compares sums over all records with the sums before, so run laws in sequence and without other writers. Their
 * records stay in the store. Laws run on real time, even under a test clock, and commit at most a hundred times each.
 *
 * @example
 * ```ts
 * import { MemoryStore } from "@aumai/handoff-core"
 * import * as StoreLaws from "@aumai/handoff-core/StoreLaws"
 * import * as Effect from "effect/Effect"
 *
 * // Rejects with the sentence of the first broken law.
 * for (const { check } of StoreLaws.laws) await Effect.runPromise(Effect.provide(check, MemoryStore.layer))
 * ```
 *
 * @module
 */
import { agents } from "./agents.ts"
import { commits } from "./commits.ts"
import { content } from "./content.ts"
import { custody } from "./custody.ts"
import { documents } from "./documents.ts"
import { keys } from "./keys.ts"
import type { Law } from "./kit.ts"
import { log } from "./log.ts"
import { ownership } from "./ownership.ts"
import { renewals } from "./renewals.ts"
import { reservations } from "./reservations.ts"
import { retention } from "./retention.ts"
import { reviews } from "./reviews.ts"
import { turnAndRecent } from "./turnAndRecent.ts"
import { views } from "./views.ts"

export { type Law, LawBroken } from "./kit.ts"
export { reopening, type ReopeningLaw } from "./reopening.ts"

/** The laws that every store keeps. */
export const laws: ReadonlyArray<Law> = [
  ...commits,
  ...views,
  ...turnAndRecent,
  ...log,
  ...content,
  ...custody,
  ...reservations,
  ...reviews,
  ...renewals,
  ...ownership,
  ...agents,
  ...keys,
  ...documents,
  ...retention
]
