/**
 * The keys in a simulated run: what each life of a process knows of the log, the key entries that it attempted and got
 * acknowledged, and the checks of the final key log and of its order with the entries.
 */
import { type AgentStore, type Entry, type HandoffStore, numberOf } from "@aumai/handoff-core"
import {
  AgentId,
  encodeKeyEvent,
  type KeyEvent,
  type LogName,
  PublicKey,
  Salt,
  type Seal
} from "@aumai/handoff-protocol"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

export interface Stores {
  readonly handoffs: HandoffStore["Service"]
  readonly agents: AgentStore["Service"]
}

/** The log as a life of a process knows it, until a commit fails. */
export interface Known {
  readonly log: LogName
  readonly keys: number
}

export const knownOf = ({ agents, handoffs }: Stores) =>
  Effect.gen(function* () {
    const { log } = yield* handoffs.origin
    return { log, keys: (yield* agents.keys).get(log)?.length ?? 0 }
  })

/** Seals entries like a process without secret keys. The salt is fixed, because chance must not differ between runs. */
export const sealOf = ({ keys, log }: Known): Seal => ({
  log,
  keys,
  salt: () => Salt.make("s".repeat(22)),
  signer: () => undefined
})

/** The attempted and acknowledged entries of the key log, by revision, and the names of the log in acknowledged writes. */
export interface KeyModel {
  readonly attempted: Map<number, Set<string>>
  readonly acknowledged: Map<number, string>
  readonly names: Set<LogName>
}

export const newKeyModel = (): KeyModel => ({ attempted: new Map(), acknowledged: new Map(), names: new Set() })

const textOf = (event: KeyEvent) => JSON.stringify(encodeKeyEvent(event))

/** Records the next entry of the key log. */
export const recordOne = (model: KeyModel, broken: Array<string>, { agents }: Stores, known: Known, at: DateTime.Utc) =>
  Effect.gen(function* () {
    const { keys, log } = known
    const revision = keys + 1
    const agent = AgentId.make(`agent ${at.epochMilliseconds}`)
    const event: KeyEvent = { _tag: "KeyAdded", at, log, agent, key: PublicKey.make("k".repeat(43)), adopted: true }
    const text = textOf(event)
    model.attempted.set(revision, (model.attempted.get(revision) ?? new Set()).add(text))
    yield* agents.record([{ revision, event }])
    if (model.acknowledged.has(revision)) broken.push(`two winners at revision ${revision} of the keys`)
    model.acknowledged.set(revision, text)
    model.names.add(log)
    return { log, keys: revision }
  })

/** Compares the final key log with the model, and its order with that of the entries. */
export const verifyKeys = (model: KeyModel, broken: Array<string>, stores: Stores, entries: ReadonlyArray<Entry>) =>
  Effect.gen(function* () {
    const { log } = yield* stores.handoffs.origin
    for (const name of model.names) if (name !== log) broken.push(`the log is ${log}, and was ${name}`)
    const keys = (yield* stores.agents.keys).get(log) ?? []
    const texts = keys.map(({ event }) => textOf(event))
    for (const [revision, text] of model.acknowledged)
      if (texts[revision - 1] !== text) broken.push(`lost: revision ${revision} of the keys`)
    for (const [index, text] of texts.entries())
      if (model.attempted.get(index + 1)?.has(text) !== true) broken.push(`no process wrote key ${index + 1}`)
    const numbers = keys.map(({ position }) => (position === undefined ? 0 : numberOf(position)))
    const positions = entries.map(({ position }) => numberOf(position))
    if (new Set([...numbers, ...positions]).size < numbers.length + positions.length) {
      broken.push("two entries have one position")
    }
    for (const { event, position, recordId, revision } of entries) {
      const earlier = numbers.filter((number) => number < numberOf(position)).length
      if ((event.keys ?? 0) !== earlier) {
        broken.push(`${recordId} revision ${revision} names ${event.keys ?? 0} keys, and ${earlier} precede it`)
      }
    }
  })
