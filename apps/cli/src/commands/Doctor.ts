/** The command that examines a store and prints its state on one page. */
import { describeLimit, describeProof, HandoffStatus, type WireHealth } from "@aumai/handoff-protocol"
import { fileOf } from "@aumai/handoff/node"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Flags from "../input/Flags.ts"
import { jsonFileOf, on } from "../OpenStore.ts"
import { print } from "../output/Output.ts"
import { jsonText, printable, word } from "../output/Text.ts"
import type { Finding, Health } from "../Proof.ts"
import { root, shown, storeFlag } from "../Root.ts"
import { withHelp } from "./VerbCommand.ts"

// Loaded only by this command, because it imports the verification.
const health = Effect.promise(() => import("../Proof.ts"))

/** The store has problems. */
class ProblemsFound extends Schema.TaggedError<ProblemsFound>()("ProblemsFound", { findings: Schema.Int }) {
  override get message() {
    return `${this.findings} ${this.findings === 1 ? "problem" : "problems"} found`
  }
}

const kindOf = (location: string): string =>
  fileOf(location) === undefined ? "" : jsonFileOf(location) === undefined ? " (SQLite)" : " (JSON file)"

const countsText = ({ counts, odd }: Health): string => {
  const total = HandoffStatus.literals.reduce((sum, status) => sum + counts[status], 0)
  const some = HandoffStatus.literals.filter((status) => counts[status] > 0)
  const each = some.map((status) => `${counts[status]} ${status}`).join(", ")
  const others = odd === 0 ? "" : `, and ${odd} that cannot be read`
  return `${total === 0 ? "none" : `${total}: ${each}`}${others}`
}

const page = (store: string, hasJournal: boolean, found: Health, commandOf: (finding: Finding) => string): string => {
  const { agents, findings, present, verified } = found
  const { entries, imported } = verified
  const limit = describeLimit(verified)
  const rows = [
    ["Store", `${shown(store)}${kindOf(store)}`],
    ...(hasJournal
      ? [["Journal", "present: a process has the store open or was killed; the next one that writes folds the journal"]]
      : []),
    ["Handoffs", countsText(found)],
    ["Entries", entries === 0 ? "none" : `${entries}: ${describeProof(verified)}`],
    ...(imported === 0 ? [] : [["Imported", `${imported}: their histories begin with the state of another program`]]),
    ...(limit === undefined ? [] : [["Proof", limit]]),
    ["Agents", agents === 0 ? "none registered" : `${agents} registered, ${present} of them present`]
  ]
  return [
    ...verified.missing.map((sentence) => `${sentence}.`),
    ...rows.map(([label = "", text = ""]) => `${label.padEnd(10)}${printable(text)}`),
    "",
    ...(findings.length === 0 ? ["No problems found"] : []),
    ...findings.flatMap((finding) => [`- ${printable(finding.sentence)}`, `    ${printable(commandOf(finding))}`])
  ].join("\n")
}

export const doctor = Command.make(
  "doctor",
  {
    setAside: Flag.Boolean("set-aside").pipe(
      Flag.withDescription("First move the records that cannot be read from a JSON store to a file beside it"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* (flags) {
    const { store } = yield* root
    const { beside, examine, proofJson, setAside } = yield* health
    const readable = jsonFileOf(store)
    if (flags.setAside) yield* on("doctor --set-aside")(setAside)
    // Read before the store is opened, because opening may create or fold a journal.
    const around = yield* beside(readable)
    const examined = yield* on("doctor")(examine(readable))
    const found = { ...examined, findings: [...around.findings, ...examined.findings] }
    const where = storeFlag(store)
    const commandOf = ({ code, command }: Finding): string => {
      // A JSON store with a torn file cannot be opened, but its file can be verified.
      if (code === "unreadable" && command === "verify" && readable !== undefined)
        return `aumai-handoff verify --file ${word(readable)}`
      return `aumai-handoff ${command}${code === "set_aside" ? "" : where}`
    }
    if (yield* Flags.Json) {
      const { agents, counts, findings, present, verified } = found
      const report: WireHealth = {
        store: shown(store),
        journal: around.hasJournal,
        by_status: counts,
        ...proofJson(verified),
        agents,
        present,
        findings: findings.map((finding) => ({
          code: finding.code,
          sentence: finding.sentence,
          command: commandOf(finding)
        }))
      }
      yield* print(jsonText(report))
    } else yield* print(page(store, around.hasJournal, found, commandOf))
    if (found.findings.length > 0) return yield* new ProblemsFound({ findings: found.findings.length })
  })
).pipe(
  withHelp({
    summary: "Examines a store and reports its problems.",
    description:
      "Finds unreadable or changed records, overdue handoffs without a sweep, files that were set aside, and handoffs that wait for absent or unregistered agents. Names a command for each problem, and exits with 1 if there is one."
  }),
  Command.withExamples([
    { command: "aumai-handoff doctor" },
    { command: "aumai-handoff doctor --set-aside" },
    { command: "aumai-handoff doctor --json | jq '.findings[].sentence'" }
  ])
)
