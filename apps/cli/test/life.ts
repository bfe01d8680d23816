import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

import { expect } from "vitest"

import type { Cli } from "./command.ts"

/** Runs a handoff through the main commands on any store. */
export const liveOn = async (cli: Cli, store: string) => {
  const run = async (...words: ReadonlyArray<string>) => {
    const outcome = await cli.run([...words, "--store", store])
    expect(outcome.stderr).toBe("")
    expect(outcome.code).toBe(0)
    return outcome.stdout
  }
  await run("agents", "register", "--id", "carol", "--capability", "analyze")
  expect(await run("list")).toBe("No handoff records found\n")
  const id = await cli.create(store, { task: "Übergabe 引き渡し", deadline: "2h", priority: "9" })
  const prefix = id.slice(0, 6)
  expect(await run("inbox", "--agent", "executor")).toContain(id)
  expect(JSON.parse(await run("claim", "--agent", "executor", "--json"))).toMatchObject({ record_id: id })
  await run("start", "--id", prefix)
  await run("complete", "--id", prefix, "--result", `{"output":"report.pdf"}`)
  expect(await run("status", "--id", prefix)).toContain("completed")
  const history = JSON.parse(await run("history", "--id", prefix, "--json")) as ReadonlyArray<{
    event: { _tag: string }
  }>
  expect(history.map(({ event }) => event._tag)).toEqual(["Created", "Accepted", "Started", "Completed"])
  expect(await run("route", "--from", "planner", "--task", "Analyze the data")).toContain("carol")
  const late = await cli.create(store)
  await run("reject", "--id", late, "--reason", "busy")
  await run("cancel", "--id", await cli.create(store))
  expect(await run("sweep")).toBe("Nothing is due\n")
  expect(JSON.parse(await run("stats", "--json"))).toMatchObject({
    total: 3,
    by_status: { completed: 1, rejected: 1, cancelled: 1 }
  })
  const checkpoint = "log.checkpoint"
  const pair = JSON.parse((await cli.run(["keygen", "--json"])).stdout) as { secret_key: string; public_key: string }
  writeFileSync(cli.path("log.key"), pair.secret_key, { mode: 0o600 })
  writeFileSync(cli.path(checkpoint), (await cli.run(["checkpoint", "--key", "log.key", "--store", store])).stdout)
  expect(await run("verify", "--checkpoint", checkpoint, "--checkpoint-key", pair.public_key)).toBe(
    [
      "No agent has a key, so no signature was checked.",
      "The checkpoint holds: the first 8 entries are those that the checkpoint saw",
      "Checked 3 handoffs with 8 entries: 8 by agents without a key. Everything holds, but none is signed: digests show later changes, not authorship.",
      ""
    ].join("\n")
  )
  const refused = await cli.run(["accept", "--id", prefix, "--store", store])
  expect([refused.code, refused.stderr]).toEqual([
    1,
    `Error: Handoff ${id} is completed; \`accept\` needs a pending handoff\n`
  ])
  return id
}

/** The output of export for a store. */
export const heldIn = async (cli: Cli, store: string) => (await cli.run(["export", "--store", store])).stdout

// Locations that are not a store, with the sentence of each refusal.
const refusals: ReadonlyArray<readonly [store: string, says: RegExp]> = [
  [
    "mysql://root:hunter2@localhost/x",
    /^Error: Invalid store: Expected handoffs\.json .* sqlite:.* postgres:.* memory:/
  ],
  ["sqlite:", /^Error: Invalid store: Expected a path right behind sqlite:/],
  ["sqlite:directory", /^Error: .*directory is a directory; give the path of a file\n$/],
  ["sqlite:nowhere/handoffs.db", /^Error: .*needs the directory .*nowhere, which does not exist; create it\n$/],
  ["sqlite:text.txt", /^Error: .*text\.txt is not a SQLite database\. It was left unchanged/],
  ["sqlite:foreign.db", /^Error: .*foreign\.db is a SQLite database of another application\. It was left unchanged/],
  ["directory", /^Error: .*directory/],
  ["postgres:localhost", /^Error: Invalid store: Expected a URL, as in postgres:/],
  ["postgres://nobody:hunter2@127.0.0.1:1/none", /^Error: .*127\.0\.0\.1:1/]
]

/** Expects that every location that is not a store is refused with one sentence, and that nothing is created or changed. */
export const refuseInvalidLocations = async (cli: Cli) => {
  mkdirSync(cli.path("directory"))
  writeFileSync(cli.path("text.txt"), "a text\n".repeat(1000))
  const foreign = new DatabaseSync(cli.path("foreign.db"))
  foreign.exec("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
  foreign.close()
  const look = () => readdirSync(cli.directory, { recursive: true, encoding: "utf8" }).toSorted()
  const before = [look(), readFileSync(cli.path("text.txt")), readFileSync(cli.path("foreign.db"))]
  for (const [store, says] of refusals) {
    for (const words of [["list"], ["create", "--from", "a", "--to", "b", "--task", "t"]]) {
      const { code, stderr, stdout } = await cli.run([...words, "--store", store])
      expect({ store, code, stdout, lines: stderr.trimEnd().split("\n").length }).toEqual({
        store,
        code: 1,
        stdout: "",
        lines: 1
      })
      expect(stderr).toMatch(says)
      expect(stderr).not.toContain("hunter2")
    }
  }
  expect([look(), readFileSync(cli.path("text.txt")), readFileSync(cli.path("foreign.db"))]).toEqual(before)
}
