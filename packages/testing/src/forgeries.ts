/**
 * Forges histories of a world. The adversary has the whole archive, can compute every digest and begin any log, and has any
 * key but those of its victims that are in force.
 */
import type { Signer } from "@aumai/handoff-core"
import {
  advance,
  AgentId,
  agentOf,
  type ArchivedHandoff,
  authorizedText,
  begin,
  clock,
  encodeArchived,
  type HandoffEvent,
  type HandoffRecord,
  HandoffRequest,
  type KeyEvent,
  keyFault,
  type KeyState,
  keyAt,
  LogName,
  noKeys,
  overdueEvent,
  provenText,
  RecordId,
  Salt,
  type Seal,
  type Signature,
  signedText,
  type Transition,
  transitions,
  withKeys
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"

import { type Chance, chanceOf } from "./chance.ts"
import { names, type World } from "./worlds.ts"

/** The keys of the adversary: its own, and those of victims that are no longer in force. */
export interface Loot {
  readonly mallory: Signer
  readonly rotated: Signer
  readonly revoked: Signer
}

/** A history of which an entry is forged, as one handoff of an archive. */
export interface Forgery {
  /** The forgery in words. */
  readonly how: string
  /** The honest handoff that it pretends to be; absent for a new one. */
  readonly of?: ArchivedHandoff
  readonly json: Readonly<Record<string, unknown>>
}

/** A key log that the adversary made. */
export interface ForgedKeys {
  readonly log: LogName
  readonly events: ReadonlyArray<KeyEvent>
}

/** The victims of the adversary, each with a key in force. */
export const victims: ReadonlyArray<AgentId> = [names.planner, names.executor, names.analyst]

const tags = Object.keys(transitions) as ReadonlyArray<Transition["_tag"]>
const authors = [...Object.values(names), clock, AgentId.make("nobody")]
const unknownLog = LogName.make("z".repeat(26))
const madeLog = LogName.make("y".repeat(26))
const operatedLog = LogName.make("x".repeat(26))
const salt = Salt.make("A".repeat(22))

/** An event of a kind with the least content that its schema demands. */
const eventOf = (_tag: Transition["_tag"], fact: Omit<Transition, "_tag">, child: RecordId): Transition => {
  const more: Readonly<Partial<Record<Transition["_tag"], object>>> = {
    Rejected: { reason: "Forged" },
    Progressed: { note: "Forged" },
    Asked: { question: "Forged?" },
    Answered: { answer: "Forged" },
    Forwarded: { to: names.mallory },
    Delegated: { child },
    Restated: { readBack: { summary: "Forged", items: [] } },
    Attested: { statement: "Forged" },
    Completed: { result: { forged: true } },
    Failed: { reason: "Forged" },
    Reminded: { of: "deadline" },
    Expired: { missed: "deadline" }
  }
  // The cast: the table has what each kind needs.
  return { _tag, ...fact, ...more[_tag] } as unknown as Transition
}

/** Builds the history of these events with new digests; `undefined` if the lifecycle refuses one. */
const rebuilt = (recordId: RecordId, events: ReadonlyArray<HandoffEvent>): ArchivedHandoff | undefined => {
  const [first, ...rest] = events.map((event): HandoffEvent => {
    const { prev: _, ...unlinked } = event
    return unlinked
  })
  if (first === undefined || (first._tag !== "Created" && first._tag !== "Imported")) return undefined
  const begun = begin(recordId, first)
  const history: Array<HandoffEvent> = [begun.event]
  let { record } = begun
  for (const event of rest) {
    const advanced = advance(record, event)
    if (Result.isFailure(advanced)) return undefined
    record = advanced.success.record
    history.push(advanced.success.event)
  }
  return { record, history }
}

/** Key logs that hold, but prove nothing: in each, a victim has a key of the adversary. */
export const forgedKeys = (world: World, { mallory, revoked, rotated }: Loot): ReadonlyArray<ForgedKeys> => {
  const at = world.now
  const made = (log: LogName, before: ReadonlyArray<KeyEvent>) => {
    const events = [...before]
    let state: KeyState = before.reduce(withKeys, noKeys)
    /** Appends an event that these keys prove and authorize. */
    const add = (draft: object, own?: Signer, authority?: Signer) => {
      const revision = state.revision + 1
      const head = state.head === undefined ? {} : { prev: state.head }
      // The cast: a draft has the other fields of its event.
      const open = { ...draft, at, log, ...head } as KeyEvent
      const proven = own === undefined ? open : { ...open, proof: own.sign(provenText(revision, open)) }
      const event =
        authority === undefined ? proven : { ...proven, sig: authority.sign(authorizedText(revision, proven)) }
      if (keyFault(state, event, () => true) !== undefined) throw new Error(`Not a key log: ${JSON.stringify(event)}`)
      state = withKeys(state, event)
      events.push(event)
    }
    return { add, events, log, state: () => state }
  }
  const known = (log: LogName) => world.keys.filter((event) => event.log === log)
  const others = [...new Set(world.keys.map(({ log }) => log))].filter((log) => log !== world.log)
  const { analyst, executor, planner } = names

  const own = made(madeLog, [])
  own.add({ _tag: "Founded" })
  own.add({ _tag: "KeyAdded", agent: planner, key: mallory.publicKey }, mallory)
  own.add({ _tag: "KeyAdded", agent: executor, key: revoked.publicKey }, revoked)
  own.add({ _tag: "KeyAdded", agent: analyst, key: rotated.publicKey }, rotated)

  // It takes over the keys in force without a proof, revokes them as the operator, and adds its own.
  const takeOver = (log: LogName) => {
    const operated = made(log, [])
    operated.add({ _tag: "Founded", operator: mallory.publicKey }, mallory)
    const state = known(world.log).reduce(withKeys, noKeys)
    for (const agent of victims) {
      const key = keyAt(state, agent)
      operated.add({ _tag: "KeyAdded", agent, key, adopted: true }, undefined, mallory)
      operated.add({ _tag: "KeyRevoked", agent, key, reason: "" }, undefined, mallory)
      operated.add({ _tag: "KeyAdded", agent, key: mallory.publicKey }, mallory, mallory)
    }
    return operated
  }
  return [own, takeOver(operatedLog), takeOver(world.log), ...others.map(takeOver)]
}

/** The keys of the victims in the log that the adversary made, by author. */
const inMadeLog = new Map<AgentId, keyof Loot>([
  [names.planner, "mallory"],
  [names.executor, "revoked"],
  [names.analyst, "rotated"]
])

/** The fields that an adversary chooses for an entry. */
const factOf = (world: World, loot: Loot, before: HandoffRecord | undefined, chance: Chance, by: AgentId) => {
  const past = DateTime.makeUnsafe(Date.parse("2026-11-30T00:00:00Z"))
  const last = before?.updatedAt ?? past
  const moments = { past, last, now: world.now, ahead: DateTime.add(world.now, { hours: 1 }) }
  const logs = {
    own: world.log,
    known: world.keys[0]?.log ?? world.log,
    unknown: unknownLog,
    made: madeLog,
    operated: operatedLog
  }
  const numbers = {
    none: 0,
    older: 2 + chance.below(5),
    same: world.keys.filter(({ log }) => log === world.log).length,
    newer: 99,
    "whole made": 4,
    "whole operated": 10
  }
  const signers = { ...loot, nothing: undefined, stolen: "stolen" } as const
  // The cast: an object has its own keys.
  const pick = <K extends string>(of: Readonly<Record<K, unknown>>) => chance.pick(Object.keys(of) as Array<K>)
  // Often the key that the author has in a log which the adversary made.
  const inMade = inMadeLog.get(by)
  const isMade = inMade !== undefined && chance.below(2) === 0
  const log = isMade ? chance.pick(["made", "operated"] as const) : chance.below(6) === 0 ? undefined : pick(logs)
  const moment = pick(moments)
  const keys = isMade ? (log === "made" ? "whole made" : "whole operated") : pick(numbers)
  const signer = isMade ? (log === "made" ? inMade : "mallory") : pick(signers)
  const stolen = world.archive.flatMap(({ history }) => history.flatMap(({ sig }) => sig ?? []))[0]
  const found = signers[signer]
  const sign = found === "stolen" ? () => stolen as Signature : found?.sign
  const seal: Seal | undefined =
    log === undefined ? undefined : { log: logs[log], keys: numbers[keys], salt: () => salt, signer: () => sign }
  const via = chance.below(4) === 0 ? ({ via: "foreign" } as const) : {}
  const how = `by ${by}${"via" in via ? " via foreign" : ""}, ${moment}, ${log ?? "no"} log, ${keys} keys, signed by ${signer}`
  return { fact: { at: moments[moment], by, ...via }, how, seal, sign: log === undefined ? sign : undefined }
}

/** Forges the next entry of a history; `undefined` if the lifecycle refuses it. */
const forgedNext = (world: World, loot: Loot, before: HandoffRecord, chance: Chance) => {
  const tag = chance.pick(tags)
  const { by: party } = transitions[tag]
  const by = chance.below(3) === 0 ? chance.pick(authors) : (agentOf(before, party) ?? chance.pick(authors))
  const { fact, how, seal, sign } = factOf(world, loot, before, chance, by)
  const { parent } = before.request
  const along = chance.pick([undefined, parent, RecordId.make("another")])
  // An event that the clock would record by now, in the name of an agent.
  const due = chance.below(2) === 0 ? overdueEvent(before, fact.at) : undefined
  const event = due === undefined ? eventOf(tag, fact, RecordId.make("part")) : { ...due, ...fact }
  const whole: Transition = event._tag === "Cancelled" && along !== undefined ? { ...event, along } : event
  const made = Result.getOrUndefined(advance(before, whole, seal))
  const sealed =
    made && sign
      ? { ...made.event, sig: sign(signedText(before.recordId, made.record.revision, made.event)) }
      : made?.event
  return sealed && { event: sealed, how: `${event._tag} ${how}${along === undefined ? "" : ", along"}` }
}

/** Forges the first entry of a new history. */
const forgedFirst = (world: World, loot: Loot, recordId: RecordId, chance: Chance) => {
  const by = chance.pick(chance.below(2) === 0 ? victims : authors)
  const { fact, how, seal, sign } = factOf(world, loot, undefined, chance, by)
  const request = HandoffRequest.make({ fromAgent: by, toAgent: chance.pick(authors), taskDescription: "Forged" })
  const created = { _tag: "Created", ...fact, request } as const
  const record: HandoffRecord = {
    ...begin(recordId, created).record,
    status: "pending",
    updatedAt: fact.at,
    createdAt: fact.at
  }
  const first = chance.below(3) === 0 ? ({ _tag: "Imported", ...fact, record } as const) : created
  const { event } = begin(recordId, first, seal)
  const sealed = sign ? { ...event, sig: sign(signedText(recordId, 1, event)) } : event
  return { event: sealed, how: `${first._tag} ${how}` }
}

const without = (json: object, ...keys: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(json).filter(([key]) => !keys.includes(key)))

/** Takes fields away from the JSON of an archive. */
const stripped = (
  json: Readonly<Record<string, unknown>>,
  chance: Chance
): readonly [string, Readonly<Record<string, unknown>>] => {
  const history = Array.isArray(json["history"]) ? json["history"] : []
  const [entry, outside] = [
    chance.pick([
      ["sig"],
      ["log"],
      ["salt"],
      ["keys"],
      ["prev"],
      ["log", "salt", "keys"],
      ["log", "salt", "keys", "sig"]
    ]),
    chance.pick([["history"], ["head"], ["revision"], ["history", "head", "revision"], []])
  ]
  const place = chance.below(history.length)
  const taken = outside.includes("history")
    ? {}
    : { history: history.map((one, index) => (index === place ? without(one, ...entry) : one)) }
  return [
    `${outside.join()} of the record and ${entry.join()} of entry ${place + 1}`,
    { ...without(json, ...outside), ...taken }
  ]
}

/** Forges a history of an honest handoff, or a new one; `undefined` if this attempt makes nothing that is new. */
const forged = (world: World, loot: Loot, honest: ArchivedHandoff, id: string, chance: Chance): Forgery | undefined => {
  const { history, record } = honest
  const at = chance.below(history.length)
  const kind = chance.pick([
    "append",
    "append",
    "new",
    "new",
    "rewrite",
    "rewrite",
    "insert",
    "drop",
    "swap",
    "strip",
    "edit"
  ] as const)
  const json = (of: ArchivedHandoff): Forgery["json"] => ({ ...encodeArchived(of) })
  const as = (how: string, events: ReadonlyArray<HandoffEvent>): Forgery | undefined => {
    const made = rebuilt(record.recordId, events)
    return made && { how: `${kind} ${how}`, of: honest, json: json(made) }
  }
  /** Forges entries after these, as many as the lifecycle takes. */
  const onwards = (recordId: RecordId, begun: ReadonlyArray<HandoffEvent>, told: string) => {
    let [events, how] = [begun, told]
    for (let left = 1 + chance.below(3); left > 0; left--) {
      const before = rebuilt(recordId, events)?.record
      if (before === undefined) return undefined
      for (let tries = 0; tries < 40; tries++) {
        const next = forgedNext(world, loot, before, chance)
        if (next === undefined) continue
        ;[events, how] = [[...events, next.event], `${how}; ${next.how}`]
        break
      }
    }
    return events.length === begun.length ? undefined : { events, how }
  }
  switch (kind) {
    case "append":
    case "rewrite": {
      const made = onwards(record.recordId, kind === "append" ? history : history.slice(0, at + 1), `after ${at + 1}`)
      return made && as(made.how, made.events)
    }
    case "new": {
      const recordId = RecordId.make(id)
      const first = forgedFirst(world, loot, recordId, chance)
      const made = chance.below(3) === 0 ? undefined : onwards(recordId, [first.event], first.how)
      const whole = rebuilt(recordId, made?.events ?? [first.event])
      return whole && { how: `${kind} ${made?.how ?? first.how}`, json: json(whole) }
    }
    case "insert": {
      const made = onwards(record.recordId, history.slice(0, at + 1), `after ${at + 1}`)
      return made && as(made.how, [...made.events, ...history.slice(at + 1)])
    }
    case "drop":
      return as(`entry ${at + 1}`, history.toSpliced(at, 1))
    case "swap": {
      const [one, two] = [history[at], history[at + 1]]
      return one && two && as(`entries ${at + 1} and ${at + 2}`, history.toSpliced(at, 2, two, one))
    }
    case "strip": {
      const [how, rest] = stripped(json(honest), chance)
      return { how: `${kind} ${how}`, of: honest, json: rest }
    }
    case "edit": {
      const of = {
        ...json(honest),
        status: chance.pick(["accepted", "completed", "rejected"]),
        result: { forged: true }
      }
      return { how: `${kind} ${of.status}`, of: honest, json: of }
    }
  }
}

/** Forges `count` histories, no two of the same handoff; the same seed forges the same ones. */
export const forgeries = (world: World, loot: Loot, seed: number): ReadonlyArray<Forgery> => {
  const chance = chanceOf(seed)
  return world.archive.flatMap((honest, index) => {
    for (let tries = 0; tries < 20; tries++) {
      const made = forged(world, loot, honest, `forged-${seed}-${index}`, chance)
      if (made !== undefined) return [made]
    }
    return []
  })
}
