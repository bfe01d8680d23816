/** How a store is, on one page. */
import { HandoffStatus, type WireHealth } from "@aumai/handoff-protocol"
import { fileOf } from "@aumai/handoff/node"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import * as Flags from "../input/Flags.ts"
import type { Finding, Health } from "../Proof.ts"
import { existing, jsonFileOf, once } from "../OpenStore.ts"
import { print } from "../output/Output.ts"
import { printable, word } from "../output/Text.ts"
import { root, shown, storeFlag } from "../Root.ts"

// Loaded when it is asked for: it brings what verifies along.
const health = Effect.promise(() => import("../Proof.ts"))

/** Something is not as it should be. */
class NotWell extends Schema.TaggedError<NotWell>()("NotWell", { findings: Schema.Int }) {
  override get message() {
    return `${this.findings} ${this.findings === 1 ? "thing is" : "things are"} not as they should be`
  }
}

const kindOf = (location: string): string =>
  fileOf(location) === undefined ? "" : jsonFileOf(location) === undefined ? " (SQLite)" : " (JSON file)"

const countsText = (counts: Health["counts"]): string => {
  const total = HandoffStatus.literals.reduce((sum, status) => sum + counts[status], 0)
  const some = HandoffStatus.literals.filter((status) => counts[status] > 0)
  const each = some.map((status) => `${counts[status]} ${status}`).join(", ")
  return total === 0 ? "none" : `${total}: ${each}`
}

const page = (store: string, hasJournal: boolean, found: Health, commandOf: (finding: Finding) => string): string => {
  const { agents, counts, entries, findings, present, signed } = found
  const rows = [
    ["Store", `${shown(store)}${kindOf(store)}`],
    ...(hasJournal
      ? [["Journal", "there: somebody has the store open, or was killed; whoever opens it next folds it"]]
      : []),
    ["Handoffs", countsText(counts)],
    ["Entries", `${entries}, ${signed} with a signature that was checked`],
    ["Agents", agents === 0 ? "none registered" : `${agents} registered, ${present} of them present`]
  ]
  return [
    ...rows.map(([label = "", text = ""]) => `${label.padEnd(10)}${printable(text)}`),
    "",
    ...(findings.length === 0 ? ["Everything is as it should be"] : []),
    ...findings.flatMap((finding) => [`- ${printable(finding.sentence)}`, `    ${printable(commandOf(finding))}`])
  ].join("\n")
}

export const doctor = Command.make(
  "doctor",
  {},
  Effect.fnUntraced(function* () {
    const { store } = yield* root
    const { beside, examine } = yield* health
    yield* existing("--store", store)
    const readable = jsonFileOf(store)
    // Before the store is opened, for that may make a journal and fold one.
    const around = yield* beside(readable)
    const examined = yield* once(examine(readable))
    const found = { ...examined, findings: [...around.findings, ...examined.findings] }
    const where = storeFlag(store)
    const commandOf = ({ code, command }: Finding): string => {
      // A file of which something cannot be read gives nothing as a store.
      if (code === "unreadable" && readable !== undefined) return `aumai-handoff verify --file ${word(readable)}`
      return `aumai-handoff ${command}${code === "set_aside" ? "" : where}`
    }
    if (yield* Flags.Json) {
      const { agents, counts, entries, findings, present, signed } = found
      const report: WireHealth = {
        store: shown(store),
        journal: around.hasJournal,
        by_status: counts,
        entries,
        signed,
        agents,
        present,
        findings: findings.map((finding) => ({
          code: finding.code,
          sentence: finding.sentence,
          command: commandOf(finding)
        }))
      }
      yield* print(JSON.stringify(report))
    } else yield* print(page(store, around.hasJournal, found, commandOf))
    if (found.findings.length > 0) return yield* new NotWell({ findings: found.findings.length })
  })
).pipe(
  Command.withDescription(
    "Say how a store is: what it holds, whether all of it can be read and nothing was changed, what is overdue that nobody sweeps, what was set aside, and what waits for agents that are away or that nobody has registered. Names a command for each finding, and exits with 1 when there is any."
  ),
  Command.withExamples([
    { command: "aumai-handoff doctor" },
    { command: "aumai-handoff doctor --json | jq '.findings[].sentence'" }
  ])
)
