/** The ids that the engine draws, and the beginnings of them that stand for a whole id. */
import type { RecordId } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

// Crockford's base 32 has no I, L, O and U, so an id survives being read aloud or copied by hand.
// https://www.crockford.com/base32.html
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

/** Twelve characters, 60 bits: after a million ids the chance of a collision is one in two million. */
export const drawId: Effect.Effect<RecordId> = Effect.map(Random.Random, (random) => {
  let id = ""
  for (let index = 0; index < 12; index++) id += alphabet.charAt(Math.floor(random.nextDoubleUnsafe() * 32))
  // The cast: twelve characters of the alphabet are an id.
  return id as RecordId
})

/** Checks whether an id has the shape of a drawn one. */
export const isDrawn = (id: string): boolean => /^[0-9a-hjkmnp-tv-z]{12}$/.test(id)

/**
 * Checks whether a text may stand for the drawn id that it begins: four to eleven of the characters of such ids. A shorter
 * beginning rarely identifies one handoff.
 *
 * @example
 * ```ts
 * import { isIdPrefix } from "@aumai/handoff-core"
 *
 * console.log(isIdPrefix("7k2m"), isIdPrefix("task-1")) // true false
 * ```
 */
export const isIdPrefix = (text: string): boolean => /^[0-9a-hjkmnp-tv-z]{4,11}$/.test(text)
