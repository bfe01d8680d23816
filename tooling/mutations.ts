/** One byte of a JSON text changed into another, as by a slip of a disk or of a hand, and whether verification tells. */
import { AgentStore, type HandoffManager, HandoffStore } from "@aumai/handoff-core"
import { verify, verifyAll, verifyCounts } from "@aumai/handoff-core/Verification"
import { decodeRecord, encodeRecord, type RecordId, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { expect } from "vitest"

import type { Histories } from "./histories.ts"

/** What a character is a part of. Quotes are punctuation. */
export type Part = "key" | "string" | "digit" | "word" | "punctuation"

/** A small generator whose whole state is its seed. */
export const chanceOf = (seed: number) => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, pick: <A>(items: ReadonlyArray<A>): A => items[below(items.length)] as A }
}
export type Chance = ReturnType<typeof chanceOf>

const isQuoteAt = (text: string, at: number): boolean => {
  let slashes = 0
  while (text[at - 1 - slashes] === "\\") slashes += 1
  return text[at] === '"' && slashes % 2 === 0
}

/** Where the characters of each part stand. */
const partsOf = (text: string): ReadonlyMap<Part, ReadonlyArray<number>> => {
  const parts = new Map<Part, Array<number>>()
  const add = (part: Part, at: number) => {
    const known = parts.get(part)
    if (known === undefined) parts.set(part, [at])
    else known.push(at)
  }
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') {
      let end = at + 1
      while (!isQuoteAt(text, end)) end += 1
      const part = /^\s*:/.test(text.slice(end + 1, end + 20)) ? "key" : "string"
      add("punctuation", at)
      for (let inside = at + 1; inside < end; inside++) add(part, inside)
      add("punctuation", end)
      at = end
    } else if (/[-+.\d]/.test(text[at] ?? "")) add("digit", at)
    else add(/[a-zA-Z]/.test(text[at] ?? "") ? "word" : "punctuation", at)
  }
  return parts
}

const families = ["0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", '{}[],:"']

/** Another character of one byte more or less: one bit of it flipped, or one that is likely to pass for it. */
const other = (character: string, chance: Chance): string => {
  const code = character.charCodeAt(0)
  // The last byte of a longer one, as UTF-8.
  if (code > 127) return String.fromCharCode(code ^ (1 << chance.below(3)))
  const family = families.find((one) => one.includes(character))
  if (family !== undefined && chance.below(2) === 0) return chance.pick([...family])
  return String.fromCharCode(code ^ (1 << chance.below(7)))
}

const parsed = (text: string): string | undefined => {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** A text that differs in one byte. */
export interface Mutation {
  readonly text: string
  readonly part: Part
  readonly at: number
  /** What was changed, for a person. */
  readonly shown: string
  /** It is JSON no longer. */
  readonly isBroken: boolean
}

/**
 * Changes one byte of a JSON text, such that it is no longer the same JSON; each part of it as often as the others. `isOpen`
 * says where it may.
 */
export const mutated = (text: string, chance: Chance, isOpen: (at: number) => boolean = () => true): Mutation => {
  const before = parsed(text)
  const parts = [...partsOf(text)].flatMap(([part, places]) => {
    const open = places.filter(isOpen)
    return open.length === 0 ? [] : [[part, open] as const]
  })
  while (true) {
    const [part, places] = chance.pick(parts)
    const at = chance.pick(places)
    const was = text[at] ?? ""
    const is = other(was, chance)
    // A zero is nothing that a text may hold anywhere.
    if (is === was || is === "\0") continue
    const changed = text.slice(0, at) + is + text.slice(at + 1)
    const after = parsed(changed)
    // What is JSON no longer any reader stumbles on: that is to be the smaller part.
    if (after === before || (after === undefined && chance.below(3) > 0)) continue
    const shown = `${part}: ${JSON.stringify(text.slice(Math.max(0, at - 20), at + 20))}, there ${JSON.stringify(was)} became ${JSON.stringify(is)}`
    return { text: changed, part, at, shown, isBroken: after === undefined }
  }
}

/** Counts what was found, and names what was missed. */
export const tally = () => {
  const found = new Map<string, number>()
  const missed: Array<string> = []
  return {
    note: (isFound: boolean, { isBroken, part, shown }: Mutation, where: string) => {
      if (!isFound) missed.push(`${where}: ${shown}`)
      const name = isBroken ? "no JSON any more" : part
      found.set(name, (found.get(name) ?? 0) + 1)
    },
    missed,
    counts: (): Readonly<Record<string, number>> => Object.fromEntries(found)
  }
}

/** A text that a store keeps, and how another program replaces it. */
export interface Kept {
  readonly id: RecordId
  readonly what: string
  readonly text: string
  readonly write: (text: string) => Effect.Effect<unknown>
}

/** Puts histories into a store. */
export const fill = ({ agents, commits }: Histories) =>
  Effect.gen(function* () {
    const { put } = yield* AgentStore
    for (const agent of agents) yield* put(agent)
    const { commit } = yield* HandoffStore
    for (const changes of commits) yield* commit(changes)
  })

type Services = HandoffManager | HandoffStore | AgentStore

/** What a verification says, as the names of the handoffs in which it has found something. */
const namesIn = (told: ReadonlyArray<{ readonly recordId: RecordId; readonly flaw?: unknown }>) =>
  told.filter(({ flaw }) => flaw !== undefined).map(({ recordId }) => String(recordId))

const whole = Effect.map(Stream.runCollect(verifyAll), namesIn)

/** A store that says which row it cannot read has found it, too. */
const orCorrupt = (id: RecordId, told: Effect.Effect<ReadonlyArray<string>, StoreError, Services>) =>
  told.pipe(
    Effect.catch((error) =>
      error.reason === "corrupt" && error.message.includes(`andoff ${id} `)
        ? Effect.succeed([String(id)])
        : Effect.fail(error)
    )
  )

/** Whether a record reads as it did: what is not known is left out, and in a state, which is replaced, that says nothing. */
const readsAlike = (text: string, changed: string): boolean => {
  const [was, is] = [text, changed].map((one) => {
    const json = Result.try({ try: (): unknown => JSON.parse(one), catch: () => undefined })
    const record = Result.flatMap(json, (record) => decodeRecord("record", record))
    return Result.isSuccess(record) ? JSON.stringify(encodeRecord(record.success)) : undefined
  })
  return is !== undefined && was === is
}

const telling = (kept: Pick<Kept, "text" | "what">, chance: Chance): Mutation => {
  const mutation = mutated(kept.text, chance)
  return kept.what === "record" && readsAlike(kept.text, mutation.text) ? telling(kept, chance) : mutation
}

// Looking at everything takes a hundred times as long as looking at one.
const wholeEvery = 50

/** Changes one byte of one text at a time, and expects that verification finds each and names its handoff. */
export const findsEvery = (texts: ReadonlyArray<Kept>, runs: number, seed: number) =>
  Effect.gen(function* () {
    expect(yield* whole).toEqual([])
    expect(yield* verifyCounts).toEqual([])
    const chance = chanceOf(seed)
    const count = tally()
    for (let run = 0; run < runs; run++) {
      const { id, text, what, write } = chance.pick(texts)
      const mutation = telling({ text, what }, chance)
      yield* write(mutation.text)
      const one = Effect.map(Effect.catchTag(verify(id), "HandoffNotFound", Effect.die), (told) => namesIn([told]))
      const names = yield* orCorrupt(id, run % wholeEvery === 0 ? whole : one)
      count.note(names.length === 1 && names[0] === id, mutation, `${what} of ${id}`)
      yield* write(text)
    }
    expect(count.missed).toEqual([])
    // And nothing is left of it.
    expect(yield* whole).toEqual([])
    return count.counts()
  })
