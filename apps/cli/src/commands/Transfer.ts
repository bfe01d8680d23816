import { encodeImportReport, HandoffManager, type ImportOutcome, type ImportReport } from "@aumai/handoff-core"
import {
  type ArchivedHandoff,
  decodeArchived,
  decodeText,
  encodeArchived,
  InvalidInput,
  readVerbs,
  storeVerbs
} from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { following, reading } from "../OpenStore.ts"
import { print, progress, warn, write } from "../output/Output.ts"
import { jsonText, printable } from "../output/Text.ts"
import { withHelp } from "./VerbCommand.ts"

const indented = (archived: ArchivedHandoff): string => jsonText(encodeArchived(archived), 2).replaceAll("\n", "\n  ")

export const exportAll = Command.make(
  "export",
  {},
  Effect.fnUntraced(function* () {
    let separator = "[\n  "
    yield* Stream.runForEachArray((yield* HandoffManager).export, (chunk) => {
      const text = chunk.map((archived) => `${separator}${((separator = ",\n  "), indented(archived))}`).join("")
      return write(text)
    })
    yield* print(separator === "[\n  " ? "[]" : "\n]")
  }, reading)
).pipe(
  withHelp(readVerbs.export, "Prints JSON that the Python tool reads, too."),
  Command.withExamples([{ command: "aumai-handoff export > backup.json" }])
)

const readArchive = Effect.fnUntraced(function* (source: string) {
  const name = source === "-" ? "standard input" : source
  const text = yield* Input.sourceText(name, source)
  const json = yield* Effect.fromResult(decodeText(name, text))
  if (!Array.isArray(json)) {
    return yield* new InvalidInput({ input: name, issues: [{ path: "", expected: "Expected an array of handoffs" }] })
  }
  const handoffs: Array<ArchivedHandoff> = []
  const issues: Array<{ readonly path: string; readonly expected: string }> = []
  for (const [index, one] of json.entries()) {
    const decoded = decodeArchived(name, one)
    if (Result.isSuccess(decoded)) handoffs.push(decoded.success)
    else
      for (const { path, expected } of decoded.failure.issues)
        issues.push({ path: path === "" ? `[${index}]` : `[${index}].${path}`, expected })
  }
  return issues.length === 0 ? handoffs : yield* new InvalidInput({ input: name, issues })
})

const meanings: Readonly<Record<ImportOutcome, string>> = {
  added: "added",
  newer: "newer than here, and brought up to date",
  unchanged: "already here",
  conflict: "left out: in conflict with the same handoff here, or with their own history",
  broken: "left out: changed after they were written, or with an artifact that does not fit its JSON Schema"
}

/** The outcomes that leave a handoff out, and the reason in words. */
const refusals = { conflict: "are in conflict", broken: "do not hold" } as const
const isRefusal = (outcome: ImportOutcome): outcome is keyof typeof refusals => outcome in refusals

const summarise = Effect.fnUntraced(function* (reports: ReadonlyArray<ImportReport>) {
  for (const outcome of ["added", "newer", "unchanged", "conflict", "broken"] as const) {
    const some = reports.filter((report) => report.outcome === outcome)
    if (some.length > 0) yield* print(`${some.length} ${meanings[outcome]}`)
    if (isRefusal(outcome)) for (const { recordId } of some) yield* warn(`  ${printable(recordId)}`)
  }
  const unproven = reports.flatMap((one) => (one.unproven === undefined ? [] : [`${one.recordId}: ${one.unproven}`]))
  if (unproven.length > 0) yield* print(`${unproven.length} of these unproven`)
  for (const reason of unproven) yield* warn(`  ${printable(reason)}`)
  if (reports.length === 0) yield* print("The file holds no handoffs")
})

export const importAll = Command.make(
  "import",
  {
    file: Flag.String("file").pipe(
      Flag.withDescription("A JSON file that export or the Python tool wrote; - reads standard input [required]"),
      Flag.withMetavar("FILE")
    )
  },
  Effect.fnUntraced(function* (flags) {
    const handoffs = yield* readArchive(flags.file)
    let done = 0
    const reports = yield* (yield* HandoffManager).import(Stream.fromIterable(handoffs)).pipe(
      Stream.mapArrayEffect((chunk) =>
        Effect.as(progress(`${(done += chunk.length)} of ${handoffs.length} handoffs`), chunk)
      ),
      Stream.runCollect,
      Effect.ensuring(progress(""))
    )
    if (yield* Flags.Json) {
      yield* print(jsonText(reports.map(encodeImportReport)))
    } else yield* summarise(reports)
    const leftOut = (["conflict", "broken"] as const).flatMap((refusal) => {
      const count = reports.filter(({ outcome }) => outcome === refusal).length
      return count === 0 ? [] : [`${count} of ${reports.length} handoffs ${refusals[refusal]}`]
    })
    if (leftOut.length > 0) {
      const expected = `${leftOut.join(", ")} and were left out`
      return yield* new InvalidInput({ input: flags.file, issues: [{ path: "", expected }] })
    }
  }, following)
).pipe(withHelp(storeVerbs.import), Command.withExamples([{ command: "aumai-handoff import --file backup.json" }]))
