import { reportSchemas } from "@aumai/handoff-protocol"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"

import { commandProcess } from "./command.ts"

const cli = commandProcess()

it("a worker prints lines that the schema of its notes describes", async () => {
  await cli.create("notes.json", { to: "worker" })
  const working = cli.start(["work", "--agent", "worker", "--exec", "true", "--json", "--store", "notes.json"])
  const text = await new Promise<string>((resolve) => {
    let text = ""
    working.stdout.setEncoding("utf8").on("data", (more: string) => {
      text += more
      if (text.includes("done")) working.kill("SIGINT")
    })
    working.on("close", () => resolve(text))
  })
  const decode = Schema.decodeUnknownSync(reportSchemas.WorkNote, { onExcessProperty: "error" })
  const notes = text
    .trim()
    .split("\n")
    .map((line) => decode(JSON.parse(line)))
  expect(notes.length).toBeGreaterThan(0)
})
