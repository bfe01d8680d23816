import { AgentStore, encodePositioned, fullArchiveHead, HandoffManager } from "@aumai/handoff-core"
import { encodeArchived, readVerbs } from "@aumai/handoff-protocol"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

import { on } from "../OpenStore.ts"
import { print, warn, write } from "../output/Output.ts"
import { jsonText } from "../output/Text.ts"
import { withHelp } from "./VerbCommand.ts"

/** Writes a JSON array item by item. `indent` is that of its closing bracket. */
const writeArray = Effect.fnUntraced(function* <E, R>(items: Stream.Stream<object, E, R>, indent: string) {
  const first = `[\n${indent}  `
  let separator = first
  yield* Stream.runForEach(items, (item) => {
    const text = `${separator}${jsonText(item, 2).replaceAll("\n", `\n${indent}  `)}`
    separator = `,\n${indent}  `
    return write(text)
  })
  yield* write(separator === first ? "[]" : `\n${indent}]`)
})

const plain = Effect.gen(function* () {
  yield* writeArray(Stream.map((yield* HandoffManager).export, encodeArchived), "")
  yield* write("\n")
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
