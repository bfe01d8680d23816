import {
  AgentStore,
  encodePositioned,
  fullArchiveHead,
  HandoffManager,
  HandoffStore,
  type OddRecord,
  oddSentence
} from "@aumai/handoff-core"
import { encodeArchived, readVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import { on } from "../OpenStore.ts"
import { Output, print, warn, write } from "../output/Output.ts"
import { inert, jsonText, printable } from "../output/Text.ts"
import { withHelp } from "./VerbCommand.ts"

/** Writes a JSON array item by item. `indent` is that of its closing bracket. */
const writeArray = Effect.fnUntraced(function* <E, R>(
  items: Stream.Stream<object, E, R>,
  indent: string,
  verbatim: ReadonlyArray<string> = []
) {
  const first = `[\n${indent}  `
  let separator = first
  yield* Stream.runForEach(items, (item) => {
    const text = `${separator}${jsonText(item, 2).replaceAll("\n", `\n${indent}  `)}`
    separator = `,\n${indent}  `
    return write(text)
  })
  for (const text of verbatim) {
    // Not escaped, because it was checked.
    yield* Output.use((output) => output.write(`${separator}${text}`))
    separator = `,\n${indent}  `
  }
  yield* write(separator === first ? "[]" : `\n${indent}]`)
})

/** The text of an odd record that standard output takes as it stands: one that does not act on a terminal. */
const verbatimOf = ({ text }: OddRecord): string | undefined => {
  const laidOut = text?.replaceAll(/\t|\r\n/g, "\n")
  return laidOut !== undefined && inert(laidOut) === laidOut ? text : undefined
}

/** Says what was exported of the records that cannot be read. */
const tellOdd = (odd: ReadonlyArray<OddRecord>, textOf: (one: OddRecord) => string | undefined) =>
  Effect.forEach(odd, (one) =>
    warn(printable(`${textOf(one) === undefined ? "Left out" : "As it stands"}: ${oddSentence(one)}`))
  )

const odd = Effect.flatMap(HandoffStore, (store) => store.odd)

const plain = Effect.gen(function* () {
  const left = yield* odd
  const verbatim = left.flatMap((one) => verbatimOf(one) ?? [])
  yield* writeArray(Stream.map((yield* HandoffManager).export, encodeArchived), "", verbatim)
  yield* write("\n")
  yield* tellOdd(left, verbatimOf)
  const count = (yield* (yield* AgentStore).all).length
  const agents = count === 0 ? "" : `${count} registered ${count === 1 ? "agent" : "agents"} with their keys, and `
  yield* warn(`Left out: ${agents}the positions in the log; 'export --full' writes all of it`)
})

const full = Effect.gen(function* () {
  const head = jsonText(yield* fullArchiveHead(), 2)
  // The records stand in the same object, before its last line.
  yield* write(`${head.slice(0, -"\n}".length)},\n  "records": `)
  yield* writeArray(encodePositioned((yield* HandoffManager).export), "  ")
  yield* print("\n}")
  yield* tellOdd(yield* odd, () => undefined)
})

export const exportAll = Command.make(
  "export",
  {
    full: Flag.Boolean("full").pipe(
      Flag.withDescription("Export the agents with their keys, and the position of every entry, too"),
      Flag.withDefault(false)
    )
  },
  (flags) => on("export")(flags.full ? full : plain)
).pipe(
  withHelp(readVerbs.export, "Prints JSON that the Python tool reads, too; with --full only this tool reads it."),
  Command.withExamples([
    { command: "aumai-handoff export > backup.json" },
    { command: "aumai-handoff export --full > whole.json" }
  ])
)
