/** Examines a store for problems and suggests a command for each. Loaded only by `doctor`. */
import {
  AgentStore,
  HandoffManager,
  HandoffRouter,
  HandoffStore,
  type OddRecord,
  oddSentence,
  presenceOf,
  type RegisteredAgent
} from "@aumai/handoff-core"
import {
  abandonsParts,
  type AgentId,
  dueAt,
  type HandoffRecord,
  HandoffStatus,
  holdersOf,
  InvalidInput,
  isOpen,
  movesOf,
  receiverOf,
  type RecordId,
  StoreError,
  whereabouts,
  type WireHealth
} from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

import { warn } from "../output/Output.ts"
import { stretch } from "../output/SentenceText.ts"
import { printable, word } from "../output/Text.ts"
import { counted, type Findings, flawText, gather } from "./Report.ts"
import { lookAtAll } from "./Verifying.ts"

/** A problem found by `doctor`. */
export interface Finding {
  readonly code: WireHealth["findings"][number]["code"]
  readonly sentence: string
  /** A command that repairs or shows the problem, without the program and the store. */
  readonly command: string
}

/** The result of examining a store. */
export interface Health {
  readonly counts: Readonly<Record<HandoffStatus, number>>
  /** The number of records that cannot be read. */
  readonly odd: number
  /** The result of the verification. */
  readonly verified: Findings
  readonly agents: number
  readonly present: number
  readonly findings: ReadonlyArray<Finding>
}

// Milliseconds. Workers sweep at least every five seconds, so a handoff overdue for longer than this is not swept.
const sweptWithin = 30_000
// Milliseconds. Workers report presence every thirty seconds, other agents now and then; an hour is long for both.
const longAway = 3_600_000
// The most waiting handoffs per agent that the router is asked about, and the most findings of a kind that are listed.
const askedAbout = 20
const namedOfAKind = 10

/** The facts gathered in one pass over all records. */
interface Seen {
  readonly open: Map<AgentId, number>
  readonly pending: Map<AgentId, Array<HandoffRecord>>
  readonly lost: Array<HandoffRecord>
  /** The open handoffs that name a whole. */
  readonly parts: Array<HandoffRecord>
  readonly overdue: { count: number; earliest?: HandoffRecord }
}

const look = Effect.gen(function* () {
  const now = (yield* DateTime.now).epochMilliseconds
  const seen: Seen = { open: new Map(), pending: new Map(), lost: [], parts: [], overdue: { count: 0 } }
  const due = (record: HandoffRecord) => dueAt(record)?.epochMilliseconds ?? Infinity
  yield* Stream.runForEach((yield* HandoffManager).listAll({ _tag: "All" }), (record) =>
    Effect.sync(() => {
      if (!isOpen(record.status)) return
      const receiver = receiverOf(record)
      seen.open.set(receiver, (seen.open.get(receiver) ?? 0) + 1)
      if (movesOf(record).some(({ event }) => event === "Accepted")) {
        const waiting = seen.pending.get(receiver) ?? []
        if (waiting.length < askedAbout) waiting.push(record)
        seen.pending.set(receiver, waiting)
      }
      if (whereabouts(record).isLost) seen.lost.push(record)
      if (record.request.parent !== undefined) seen.parts.push(record)
      if (due(record) + sweptWithin > now) return
      seen.overdue.count += 1
      const { earliest } = seen.overdue
      if (earliest === undefined || due(record) < due(earliest)) seen.overdue.earliest = record
    })
  )
  return seen
})

const overdueFindings = ({ overdue: { count, earliest } }: Seen, now: number): ReadonlyArray<Finding> => {
  const at = earliest && dueAt(earliest)
  if (earliest === undefined || at === undefined) return []
  const since = stretch(now - at.epochMilliseconds)
  const sentence = `${counted(count, "handoff")} ${count === 1 ? "is" : "are"} overdue, ${earliest.recordId} for ${since}; no process sweeps the store`
  return [{ code: "overdue", sentence, command: "sweep" }]
}

const absentFindings = (seen: Seen, agents: ReadonlyArray<RegisteredAgent>, now: number): ReadonlyArray<Finding> =>
  agents.flatMap(({ agentId, lastSeen }): ReadonlyArray<Finding> => {
    const open = seen.open.get(agentId) ?? 0
    const away = lastSeen === undefined ? 0 : now - lastSeen.epochMilliseconds
    if (open === 0 || away < longAway) return []
    const sentence = `${agentId} was last seen ${stretch(away)} ago, and ${counted(open, "open handoff")} ${open === 1 ? "is" : "are"} with it`
    return [{ code: "absent_agent", sentence, command: `inbox --agent ${word(agentId)}` }]
  })

/** Open parts of wholes that ended without them. */
const abandonedFindings = Effect.fnUntraced(function* ({ parts }: Seen) {
  const manager = yield* HandoffManager
  const wholes = new Map<RecordId, HandoffStatus | undefined>()
  const findings: Array<Finding> = []
  for (const { recordId, request } of parts) {
    const { parent } = request
    if (parent === undefined) continue
    if (!wholes.has(parent)) {
      // A request may name a parent that does not exist, or that cannot be read.
      const found = yield* Effect.option(manager.get(parent))
      wholes.set(parent, Option.isSome(found) ? found.value.status : undefined)
    }
    const status = wholes.get(parent)
    if (status === undefined || !abandonsParts(status)) continue
    findings.push({
      code: "abandoned_part",
      sentence: `Handoff ${recordId} goes on, but ${parent}, which it is a part of, is ${status}: nobody may be waiting for it`,
      command: `cancel --id ${word(recordId)}`
    })
  }
  return findings
})

/** Handoffs that no registered agent can take; none if no agents are registered, because then the router is not used. */
const incapableFindings = Effect.fnUntraced(function* (seen: Seen, agents: ReadonlyArray<RegisteredAgent>) {
  const router = yield* HandoffRouter
  const registered = new Set(agents.map(({ agentId }) => agentId))
  const findings: Array<Finding> = []
  if (agents.length === 0) return findings
  for (const [agent, waiting] of seen.pending) {
    if (registered.has(agent)) continue
    const helpless: Array<HandoffRecord> = []
    for (const record of waiting) {
      const decision = yield* router.route(record.request, { fallback: false, exclude: holdersOf(record) })
      if (Option.isNone(decision)) helpless.push(record)
    }
    const [first] = helpless
    if (first === undefined) continue
    const some = helpless.length === askedAbout ? `${askedAbout} or more handoffs` : counted(helpless.length, "handoff")
    findings.push({
      code: "nobody_capable",
      sentence: `${some} (${first.recordId}${helpless.length > 1 ? ", …" : ""}) ${helpless.length === 1 ? "waits" : "wait"} for ${agent}, which is not registered, and no registered agent has the capabilities`,
      command: `inbox --agent ${word(agent)}`
    })
  }
  return findings
})

/** A record that cannot be read, with the command that moves it out of the store, if the store can. */
const oddFinding = (odd: OddRecord, canSetAside: boolean): Finding => ({
  code: "unreadable",
  sentence: oddSentence(odd),
  command: canSetAside ? "doctor --set-aside" : `verify --id ${word(odd.recordId ?? "")}`
})

/** Tests for a flaw that is not that of an odd record, which the verification names, too. */
const isOther = (odd: ReadonlyArray<OddRecord>) => {
  const names = new Set(odd.map(({ place, recordId }) => recordId ?? place))
  return ({ recordId }: Findings["flaws"][number]) => !names.has(recordId)
}

/** Moves the records that cannot be read to a file beside the store, and says where. */
export const setAside = Effect.gen(function* () {
  const { setAside } = yield* HandoffStore
  if (setAside === undefined) {
    return yield* new InvalidInput({ input: "--set-aside", issues: [{ path: "", expected: "expected a JSON store" }] })
  }
  const moved = yield* setAside
  yield* warn(
    Option.isNone(moved)
      ? "Set aside nothing: every record can be read"
      : `Moved the records that cannot be read to ${printable(moved.value)}`
  )
})

/** Lists at most `namedOfAKind` findings; the last one tells the number of the others. */
const some = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> => {
  const last = findings[namedOfAKind - 1]
  if (last === undefined || findings.length === namedOfAKind) return findings
  const more = findings.length - namedOfAKind
  return [
    ...findings.slice(0, namedOfAKind - 1),
    { ...last, sentence: `${last.sentence} (and ${more} more like this)` }
  ]
}

/** Turns a store that cannot be read into a finding. */
const orUnreadable = <A, R>(
  look: Effect.Effect<A, StoreError, R>,
  otherwise: A,
  findings: Array<Finding>,
  command = "verify"
) =>
  Effect.catchIf(
    look,
    (error): error is StoreError => error instanceof StoreError && error.reason === "corrupt",
    ({ message }) =>
      Effect.sync(() => {
        if (!findings.some(({ sentence }) => sentence === message)) {
          findings.push({ code: "unreadable", sentence: message, command })
        }
        return otherwise
      })
  )

/** Examines everything in a store. */
export const examine = Effect.fnUntraced(function* (file: string | undefined) {
  const now = yield* DateTime.now
  const findings: Array<Finding> = []
  const store = yield* HandoffStore
  const odd = yield* orUnreadable(store.odd, [], findings)
  findings.push(...some(odd.map((one) => oddFinding(one, store.setAside !== undefined))))
  const tally = yield* orUnreadable(store.tally, {}, findings)
  // Before the histories, whose signatures need the agents: a fault is reported once, with the command that shows it.
  const agents = yield* orUnreadable(
    Effect.flatMap(AgentStore, (store) => store.all),
    [],
    findings,
    "agents list"
  )
  const verified = yield* orUnreadable(
    // Only an archive, of which none is named here, can be invalid.
    Effect.catchTag(lookAtAll(file), "InvalidInput", (error) => Effect.die(error)),
    gather([]),
    findings
  )
  findings.push(
    ...some(
      verified.flaws.filter(isOther(odd)).map((flaw): Finding => ({
        code: "history",
        sentence: flawText(flaw),
        command: `verify --id ${word(flaw.recordId)}`
      }))
    ),
    ...some(verified.counts.map((sentence): Finding => ({ code: "sum", sentence, command: "verify" })))
  )
  const nothing: Seen = { open: new Map(), pending: new Map(), lost: [], parts: [], overdue: { count: 0 } }
  const seen = yield* orUnreadable(look, nothing, findings)
  findings.push(
    ...overdueFindings(seen, now.epochMilliseconds),
    ...some(
      seen.lost.map(({ recordId, status }): Finding => ({
        code: "lost",
        sentence: `Handoff ${recordId} is ${status}, but no agent has the turn and no timer is running`,
        command: `where --id ${word(recordId)}`
      }))
    ),
    ...some(yield* orUnreadable(abandonedFindings(seen), [], findings)),
    ...some(absentFindings(seen, agents, now.epochMilliseconds)),
    ...some(yield* orUnreadable(incapableFindings(seen, agents), [], findings))
  )
  const health: Health = {
    // The cast: one entry for each status.
    counts: Object.fromEntries(
      HandoffStatus.literals.map((status) => [status, tally[status] ?? 0])
    ) as Health["counts"],
    odd: odd.length,
    verified,
    agents: agents.length,
    present: agents.filter((agent) => presenceOf(agent, now) === "present").length,
    findings
  }
  return health
})

/** Examines the files beside a JSON store: those that it set aside, and its journal. */
export const beside = (file: string | undefined) =>
  Effect.promise(async () => {
    const findings: Array<Finding> = []
    if (file === undefined) return { findings, hasJournal: false }
    const [fs, path] = await Promise.all([import("node:fs/promises"), import("node:path")])
    const name = path.basename(file)
    const names = await fs.readdir(path.dirname(file)).catch((): Array<string> => [])
    for (const other of names.toSorted()) {
      const what = other.startsWith(`${name}.conflict-`)
        ? "changes by another program that contradict a history"
        : other.startsWith(`${name}.unreadable-`)
          ? "changes by another program that cannot be read"
          : undefined
      if (what === undefined) continue
      const aside = path.join(path.dirname(file), other)
      findings.push({
        code: "set_aside",
        sentence: `${aside} holds ${what}: look at it, and remove it if you do not need it`,
        command: `verify --file ${word(aside)}`
      })
    }
    return { findings: some(findings), hasJournal: names.includes(`${name}-journal`) }
  })
