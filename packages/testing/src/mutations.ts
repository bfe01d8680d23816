/** Changes one byte of a stored JSON text and checks that verification finds it. */
import { AgentStore, type HandoffManager, HandoffStore, learnKeys } from "@aumai/handoff-core"
import { verify, verifyAll, verifyCounts } from "@aumai/handoff-core/Verification"
import { decodeRecord, encodeRecord, type RecordId, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { expect } from "vitest"

import { type Chance, chanceOf } from "./chance.ts"
import type { Histories } from "./histories.ts"

/** The part of a JSON text that a character belongs to. Quotes are punctuation. */
export type Part = "key" | "string" | "digit" | "word" | "punctuation"

const isQuoteAt = (text: string, at: number): boolean => {
  let slashes = 0
  while (text[at - 1 - slashes] === "\\") slashes += 1
  return text[at] === '"' && slashes % 2 === 0
}

/** The offsets of the characters of each part. */
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

/** Another character: one bit flipped, or a character of the same family, which is more likely to be valid. */
const other = (character: string, chance: Chance): string => {
  const code = character.charCodeAt(0)
  // Changes the last byte of its UTF-8 encoding.
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
  /** A description of the change. */
  readonly shown: string
  /** True if the text is no longer JSON. */
  readonly isBroken: boolean
}

/**
 * Changes one byte of a JSON text so that its value changes. Each part is equally likely. `isOpen` tests whether an offset may
 * change.
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
    // PostgreSQL cannot store a zero byte in a text.
    if (is === was || is === "\0") continue
    const changed = text.slice(0, at) + is + text.slice(at + 1)
    const after = parsed(changed)
    // Every reader rejects invalid JSON, so most mutations should stay valid.
    if (after === before || (after === undefined && chance.below(3) > 0)) continue
    const shown = `${part}: ${JSON.stringify(was)} became ${JSON.stringify(is)} in ${JSON.stringify(text.slice(Math.max(0, at - 20), at + 20))}`
    return { text: changed, part, at, shown, isBroken: after === undefined }
  }
}

/** Counts the mutations that were found, and describes those that were missed. */
export const tally = () => {
  const found = new Map<string, number>()
  const missed: Array<string> = []
  return {
    note: (isFound: boolean, { isBroken, part, shown }: Mutation, where: string) => {
      if (!isFound) missed.push(`${where}: ${shown}`)
      const name = isBroken ? "invalid JSON" : part
      found.set(name, (found.get(name) ?? 0) + 1)
    },
    missed,
    counts: (): Readonly<Record<string, number>> => Object.fromEntries(found)
  }
}

/** A text in a store, with a function that replaces it as another program would. */
export interface Kept {
  readonly id: RecordId
  readonly what: string
  readonly text: string
  readonly write: (text: string) => Effect.Effect<unknown>
}

/** Commits histories to a store. */
export const fill = ({ agents, commits, keys }: Histories) =>
  Effect.gen(function* () {
    yield* learnKeys(keys)
    const { put } = yield* AgentStore
    for (const agent of agents) yield* put(agent)
    const { commit } = yield* HandoffStore
    for (const changes of commits) yield* commit(changes)
  })

type Services = HandoffManager | HandoffStore | AgentStore

/** The ids of the handoffs in which a verification found a flaw. */
const namesIn = (results: ReadonlyArray<{ readonly recordId: RecordId; readonly flaw?: unknown }>) =>
  results.filter(({ flaw }) => flaw !== undefined).map(({ recordId }) => String(recordId))

const whole = Effect.map(Stream.runCollect(verifyAll), namesIn)

/** Counts a `corrupt` error that names the row as found. */
const orCorrupt = (id: RecordId, names: Effect.Effect<ReadonlyArray<string>, StoreError, Services>) =>
  names.pipe(
    Effect.catch((error) =>
      error.reason === "corrupt" && error.message.includes(`andoff ${id} `)
        ? Effect.succeed([String(id)])
        : Effect.fail(error)
    )
  )

/** Tests whether a changed record decodes to the same record, because decoding ignores the changed unknown key. */
const readsAlike = (text: string, changed: string): boolean => {
  const [was, is] = [text, changed].map((one) => {
    const json = Result.try({ try: (): unknown => JSON.parse(one), catch: () => undefined })
    const record = Result.flatMap(json, (record) => decodeRecord("record", record))
    return Result.isSuccess(record) ? JSON.stringify(encodeRecord(record.success)) : undefined
  })
  return is !== undefined && was === is
}

const visibly = (kept: Pick<Kept, "text" | "what">, chance: Chance): Mutation => {
  const mutation = mutated(kept.text, chance)
  return kept.what === "record" && readsAlike(kept.text, mutation.text) ? visibly(kept, chance) : mutation
}

// Verifying everything takes a hundred times as long as verifying one handoff.
const wholeEvery = 50

/** Changes one byte at a time, and expects that verification finds each change and names its handoff. */
export const findsEvery = (texts: ReadonlyArray<Kept>, runs: number, seed: number) =>
  Effect.gen(function* () {
    expect(yield* whole).toEqual([])
    expect((yield* verifyCounts).faults).toEqual([])
    const chance = chanceOf(seed)
    const count = tally()
    for (let run = 0; run < runs; run++) {
      const { id, text, what, write } = chance.pick(texts)
      const mutation = visibly({ text, what }, chance)
      yield* write(mutation.text)
      const one = Effect.map(Effect.catchTag(verify(id), "HandoffNotFound", Effect.die), (result) => namesIn([result]))
      const names = yield* orCorrupt(id, run % wholeEvery === 0 ? whole : one)
      count.note(names.length === 1 && names[0] === id, mutation, `${what} of ${id}`)
      yield* write(text)
    }
    expect(count.missed).toEqual([])
    // The store must be intact again.
    expect(yield* whole).toEqual([])
    return count.counts()
  })
