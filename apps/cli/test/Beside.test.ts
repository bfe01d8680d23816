/** Runs every command that reads on the states that another program, a copy or a crash leaves at rest. */
import { readFileSync, rmSync, writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { rewrite } from "../../../packages/testing/src/python.ts"
import { command } from "./command.ts"
import { on } from "./telling.ts"

const cli = command()
const store = "store.json"
const suffixes = ["", "-trail"] as const

/** The files of the store at one moment. */
const filesNow = () => suffixes.map((suffix) => readFileSync(cli.path(store + suffix)))

const { done } = on(cli, store)
const id = await cli.create(store)
await done("accept", "--id", id)
const [olderFile, olderTrail] = filesNow()
await done("forward", "--id", id, "--to", "analyst", "--reason", "Not mine")
await done("accept", "--id", id)
await cli.create(store, { task: "Another" })
const [file, trail] = filesNow()
const log = readFileSync(cli.path("store.log.json"))

const questions = [
  ["list", "--json"],
  ["status", "--id", id],
  ["history", "--id", id, "--json"],
  ["chain", "--id", id],
  ["inbox", "--for", "analyst"],
  ["export"],
  ["export", "--full"],
  ["stats"],
  ["verify"]
] as const

const answers = async () => {
  const all: Array<readonly [string, unknown]> = []
  for (const words of questions) {
    const { code, stdout } = await cli.run([...words, "--store", store])
    all.push([words.join(" "), { code, stdout }])
  }
  const { code } = await cli.run(["doctor", "--store", store])
  rmSync(cli.path("copy.json"), { force: true })
  rmSync(cli.path("copy.json-trail"), { force: true })
  const copied = await cli.run(["copy", "--from", store, "--to", "copy.json"])
  return [...all, ["doctor", code], ["copy", copied.stdout], ["copied", readFileSync(cli.path("copy.json"), "utf8")]]
}

const whole = await answers()

describe("a store at rest", () => {
  const states: Readonly<Record<string, readonly [file: Buffer | undefined, trail: Buffer | undefined]>> = {
    "that is a copy of the file alone": [file, undefined],
    "whose file is older than the trail": [olderFile, trail],
    "whose file is newer than the trail": [file, olderTrail],
    "whose file is gone": [undefined, trail]
  }
  for (const [name, contents] of [...Object.entries(states), ["that Python rewrote", [file, trail]] as const]) {
    it(`${name} answers every command as before, and stays as it is`, async () => {
      for (const [index, suffix] of suffixes.entries()) {
        const path = cli.path(store + suffix)
        rmSync(path, { force: true })
        const bytes = contents[index]
        if (bytes !== undefined) writeFileSync(path, bytes)
      }
      writeFileSync(cli.path("store.log.json"), log)
      if (name === "that Python rewrote") rewrite(cli.path(store), (records) => records)
      expect(await answers()).toEqual(whole)
    })
  }
})
