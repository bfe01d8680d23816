/** Verifies handoffs of a store or a file and reports those that do not hold. Loaded only by commands that verify. */
import { decodeAgent, HandoffStore, type RegisteredAgent } from "@aumai/handoff-core"
import { verifyRetained } from "@aumai/handoff-core/Retention"
import * as Verification from "@aumai/handoff-core/Verification"
import {
  decodeText,
  type Flaw,
  HandoffStatus,
  InvalidInput,
  type KeyEvent,
  type RecordId
} from "@aumai/handoff-protocol"
import { archiveFile as nodeFile, schemaBox } from "@aumai/handoff/node"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

import { archiveFile, groupsOf, hasJournal } from "../input/ArchiveFile.ts"
import * as Input from "../input/Input.ts"
import { progress } from "../output/Output.ts"
import { word } from "../output/Text.ts"
import { counted, gather, type Looked, report } from "./Report.ts"

// Handoffs between two updates of the progress line.
const progressEvery = 256

/** Says what the keys of the store do not prove. */
const missingKeys = Effect.map(Verification.keysIn, Verification.missingKeys)

/** Verifies one handoff of the store. With `isSigned`, an entry that no signature proves is an error. */
export const verifyOne = (id: RecordId, isSigned: boolean) =>
  Effect.flatMap(Effect.all([Verification.verify(id), missingKeys]), ([one, missing]) =>
    report(gather([one], { missing }), isSigned)
  )

/** The id of a handoff in a file, or its place if it has no id. */
const nameIn = (json: unknown, path: string): string =>
  Predicate.hasProperty(json, "record_id") && typeof json.record_id === "string" ? json.record_id : path

/**
 * Verifies the JSON file of a store for unknown keys, which the store ignores. Skips items that cannot be read or that
 * another program changed, because the store reports these itself.
 */
const unknownIn = Effect.fnUntraced(
  function* (file: string) {
    const flaws = new Map<string, Flaw>()
    const now = yield* DateTime.now
    yield* Stream.runForEach(groupsOf(yield* archiveFile("--store", file)), ({ handoffs }) =>
      Effect.sync(() => {
        for (const { json, path } of handoffs) {
          const { flaw, isEdited } = Verification.verifyArchive(file, json, Verification.knownKeys([]), now)
          if (flaw !== undefined && isEdited !== true) flaws.set(nameIn(json, path), flaw)
        }
      })
    )
    return flaws
  },
  Effect.orElseSucceed(() => new Map<string, Flaw>())
)

/** Verifies every handoff and the counters of the store, and its JSON file if it has one. */
export const lookAtAll = Effect.fnUntraced(function* (file: string | undefined, archives: ReadonlyArray<string> = []) {
  const tally = yield* Effect.flatMap(HandoffStore, (store) => store.tally)
  const total = HandoffStatus.literals.reduce((sum, status) => sum + (tally[status] ?? 0), 0)
  let done = 0
  const all = yield* Verification.verifyAll.pipe(
    Stream.tap(() => (++done % progressEvery === 0 ? progress(`${done} of ${total} handoffs`) : Effect.void)),
    Stream.runCollect,
    Effect.ensuring(progress(""))
  )
  const keys = yield* Verification.keysIn
  const { faults, notes } = yield* Verification.verifyCounts
  const retained = yield* verifyRetained(archives.map(nodeFile))
  const flaws = file === undefined ? new Map<string, Flaw>() : yield* unknownIn(file)
  return gather(
    all.map((one) => {
      const flaw = one.flaw ?? flaws.get(one.recordId)
      return flaw === undefined ? one : { ...one, flaw }
    }),
    {
      counts: [...Verification.keyLogFaults(keys), ...faults, ...retained.faults],
      notes: [...notes, ...retained.notes],
      missing: Verification.missingKeys(keys),
      archived: retained.archived,
      purged: retained.purged
    }
  )
})

/** The other evidence that a whole store is compared with. */
interface WholeStore {
  readonly opened?: Verification.Note.OpenedCheckpoint | undefined
  /** The files of archives. */
  readonly archives?: ReadonlyArray<string>
}

/**
 * Verifies the whole store, and compares its log with a checkpoint if there is one. With `isSigned`, an entry that no
 * signature proves is an error.
 */
export const verifyStore = Effect.fnUntraced(function* (
  file: string | undefined,
  isSigned: boolean,
  { archives = [], opened }: WholeStore = {}
) {
  const found = yield* lookAtAll(file, archives)
  if (opened === undefined) return yield* report(found, isSigned)
  const { unverified } = opened
  const others = `The checkpoint has ${counted(unverified.length, "other signature")}, not verified: ${unverified.join(", ")}`
  const notes = unverified.length === 0 ? found.notes : [...found.notes, others]
  const { outcome, sentence } = yield* Verification.Checkpoint.holds(opened)
  yield* report({ ...found, notes, checkpoint: { size: opened.size, holds: outcome === "holds", sentence } }, isSigned)
})

/** The file of a store whose first process died before it wrote the file. */
const journalAlone = (file: string) =>
  new InvalidInput({
    input: "--file",
    issues: [{ path: "", expected: `${file}-journal holds the whole store; use 'verify --store ${word(file)}'` }]
  })

const agentsIn = Effect.fnUntraced(function* (file: string) {
  const json = yield* Effect.fromResult(decodeText(file, yield* Input.fileText("--agents", file)))
  if (!Array.isArray(json)) {
    return yield* new InvalidInput({ input: file, issues: [{ path: "", expected: "Expected an array of agents" }] })
  }
  return yield* Effect.forEach(json, (one, index) => Effect.fromResult(decodeAgent(`${file} [${index}]`, one)))
})

/**
 * Verifies every handoff of a file, one after another, without opening a store. With `isSigned`, an entry that no signature
 * proves is an error.
 */
export const verifyFile = Effect.fnUntraced(function* (
  file: string,
  agentsFile: string | undefined,
  isSigned: boolean
) {
  const archive = yield* archiveFile("--file", file).pipe(
    Effect.catch((error) => Effect.flatMap(hasJournal(file), (isStore) => (isStore ? journalAlone(file) : error)))
  )
  const named = agentsFile === undefined ? undefined : yield* agentsIn(agentsFile)
  const own: Array<RegisteredAgent> = [...(named ?? [])]
  const events: Array<KeyEvent> = []
  const keysNow = () => ({ ...Verification.knownKeys(own, events), isNamed: named !== undefined })
  let known = keysNow()
  const seen = new Map<string, string>()
  const endings = Verification.archiveEndings()
  const read: Array<readonly [checked: Verification.VerifiedArchive, recordId: string]> = []
  let signatures = 0
  yield* groupsOf(archive).pipe(
    Stream.runForEach(
      Effect.fnUntraced(function* ({ agents, handoffs, keys }) {
        if (named === undefined) own.push(...agents)
        events.push(...keys)
        if (agents.length + keys.length > 0) known = keysNow()
        for (const { fault, json, path } of handoffs) {
          const proved = yield* Verification.proveArchive(archive.name, json, known, endings)
          const checked =
            fault === undefined ? proved : { ...proved, flaw: { revision: 0, problem: `It cannot be read: ${fault}` } }
          signatures += checked.signatures
          const recordId = nameIn(json, path)
          const twice = seen.get(recordId)
          if (twice === undefined) seen.set(recordId, path)
          const flaw = { revision: 0, problem: `The file holds it twice, at ${twice} and at ${path}` }
          read.push([twice === undefined || checked.flaw !== undefined ? checked : { ...checked, flaw }, recordId])
        }
        yield* progress(`${read.length} handoffs`)
        // Lets an interrupt take effect.
        yield* Effect.yieldNow
      })
    ),
    Effect.ensuring(progress(""))
  )
  // A handoff may come before the one that it was cancelled along with.
  const all = yield* Effect.forEach(read, ([checked, recordId]) =>
    Effect.map(endings.judged(checked), (judged): Looked => ({ ...judged, recordId }))
  )
  const missing =
    named === undefined && own.length + events.length === 0
      ? ["No agents were named with --agents, so no signature was checked"]
      : Verification.missingKeys(known)
  const found = gather(all, { missing, counts: Verification.keyLogFaults(known) })
  const unchecked = signatures - found.signed
  const source =
    named !== undefined
      ? `${agentsFile} has no matching key`
      : own.length + events.length > 0
        ? "the archive has no matching key"
        : "name the agents with --agents FILE, such as handoffs.agents.json"
  const notes = [
    ...(unchecked > 0 && found.flaws.length === 0
      ? [`${counted(unchecked, "signature")} ${unchecked === 1 ? "was" : "were"} not verified: ${source}`]
      : []),
    ...(named === undefined && found.signed > 0
      ? [
          "The keys are those of the archive itself, whose author chose them; name keys that you trust with --agents FILE"
        ]
      : []),
    ...(file !== "-" && (yield* hasJournal(file))
      ? [`${file}-journal holds later changes, which were not checked; 'verify --store ${word(file)}' checks both`]
      : [])
  ]
  yield* report({ ...found, notes }, isSigned)
}, Effect.provide(schemaBox))
