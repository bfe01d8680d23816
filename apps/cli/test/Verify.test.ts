import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { isClean, on } from "./telling.ts"

const cli = command()
const fixture = fileURLToPath(new URL("../../../packages/protocol/test/fixtures/handoffs-python.json", import.meta.url))

/** Creates two handoffs: `one`, accepted and started, and `two`, pending. */
const lived = async (store: string) => {
  const { done } = on(cli, store)
  for (const id of ["one", "two"]) await cli.create(store, { id, task: "引き渡し" })
  await done("accept", "--id", "one", "--reason", "On it")
  await done("start", "--id", "one")
}

const edit = (name: string, from: string | RegExp, to: string) => {
  const text = readFileSync(cli.path(name), "utf8")
  const edited = text.replace(from, to)
  expect(edited).not.toBe(text)
  writeFileSync(cli.path(name), edited)
}

describe("verify", () => {
  it("reports that everything holds for a handoff, a store, an export, and a file of the Python tool", async () => {
    await lived("whole.json")
    const { done } = on(cli, "whole.json")
    expect(await done("verify")).toBe(
      [
        "No agent has a key, so no signature was checked.",
        "Checked 2 handoffs with 4 entries: 4 by agents without a key. Everything holds, but none is signed: digests show later changes, not authorship.",
        ""
      ].join("\n")
    )
    expect(await done("verify", "--id", "one")).toContain("1 handoff with 3 entries")
    expect(JSON.parse(await done("verify", "--json"))).toEqual({
      handoffs: 2,
      entries: 4,
      signed: 0,
      keyless: 4,
      unknown: 0,
      foreign: 0,
      clock: 0,
      ahead: 0,
      erased: 0,
      archived: 0,
      purged: 0,
      imported: 0,
      missing: ["No agent has a key, so no signature was checked"],
      flaws: [],
      unproven: [],
      counts: [],
      checkpoint: null,
      notes: []
    })
    const { stdout: exported } = await cli.run(["export", "--store", "whole.json"])
    writeFileSync(cli.path("whole-export.json"), exported)
    for (const [file, sentence] of [
      ["whole-export.json", "Everything holds, but none is signed"],
      ["whole.json", "Everything holds, but none is signed"],
      [fixture, "No history was checked, only the state of each handoff.\n"]
    ] as const) {
      const { code, stdout } = await cli.run(["verify", "--file", file, "--store", "never.json"])
      expect([code, stdout]).toEqual([0, expect.stringContaining(sentence)])
    }
    const piped = await cli.run(["verify", "--file", "-"], { stdin: exported })
    expect([piped.code, piped.stdout]).toEqual([0, expect.stringContaining("2 handoffs with 4 entries")])
    expect(existsSync(cli.path("never.json"))).toBe(false)
  })

  it("reports artifacts that were not judged as unproven, and those that do not fit as flaws", async () => {
    const at = "2026-11-30T09:00:00.000Z"
    const handoff = (record_id: string, schema: object) => ({
      record_id,
      request: {
        from_agent: "planner",
        to_agent: "executor",
        task_description: "Add up Q3",
        context: {},
        priority: 5,
        deliverables: [{ name: "sums", schema }]
      },
      status: "completed",
      created_at: at,
      updated_at: at,
      result: {},
      artifacts: [{ name: "sums", content: "An ordinary sentence about the third quarter." }]
    })
    const all = [handoff("endless", { pattern: "^(.|.)*~~$" }), handoff("misfit", { type: "number" })]
    writeFileSync(cli.path("schemas.json"), JSON.stringify(all))
    const file = await cli.run(["verify", "--file", "schemas.json"])
    expect(file.code).toBe(1)
    expect(file.stdout).toContain("Handoff misfit does not hold: The artifact sums does not fit its schema: ")
    expect(file.stdout).toContain(" 1 handoff is unproven.\n")
    const reason = "The artifact sums was not judged by its schema: it was not judged within 500 ms"
    expect(file.stderr).toContain(`Handoff endless is unproven: ${reason}`)
    const imported = await cli.run(["import", "--file", "schemas.json", "--json", "--store", "schemas-store.json"])
    expect(JSON.parse(imported.stdout)).toEqual([
      { record_id: "endless", outcome: "added", problem: null, unproven: reason },
      {
        record_id: "misfit",
        outcome: "broken",
        problem: expect.stringContaining("The artifact sums does not fit its schema: "),
        unproven: null
      }
    ])
    const store = await cli.run(["verify", "--store", "schemas-store.json"])
    expect([store.code, store.stdout]).toEqual([
      0,
      [
        "No agent has a key, so no signature was checked.",
        "Checked 1 handoff with 1 entry: 1 inferred from another program. 1 history begins with the state of another program. 1 handoff is unproven. Everything that was checked holds, but none is signed: digests show later changes, not authorship.",
        ""
      ].join("\n")
    ])
    const json = await cli.run(["verify", "--json", "--store", "schemas-store.json"])
    expect(JSON.parse(json.stdout)).toMatchObject({ flaws: [], unproven: [{ record_id: "endless", reason }] })
  })

  it.each([
    ["the request", "引き渡し", "引き渡さ", 1, "It is not the entry whose digest revision 2 holds"],
    ["an entry", /On it/g, "Off it", 2, "It is not the entry whose digest revision 3 holds"],
    ["who did it", `"by": "executor",`, `"by": "impostor",`, 2, "is not the receiver"],
    [
      "an unknown key",
      `"by": "executor",`,
      `"by": "executor", "note": 1,`,
      2,
      "It has keys that this version does not know: note"
    ],
    ["a digest", /"head": "."/, `"head": "`, 0, "head"],
    [
      "the digest of the last entry",
      /"head": ".{4}/,
      `"head": "0000`,
      3,
      "The record holds the digest of another last entry"
    ],
    [
      "the revision",
      `"revision": 3`,
      `"revision": 4`,
      3,
      "The record differs from what this version writes at: revision"
    ],
    ["what happened", `"_tag": "Accepted"`, `"_tag": "Ended"`, 2, "Expected an event"],
    ["the order", `"_tag": "Started"`, `"_tag": "Accepted"`, 3, "`accept` needs a pending handoff"],
    ["the kind of an entry", `"_tag": "Accepted"`, `"_tag": "Started"`, 2, "It has a salt, but no body"],
    ["the priority", `"priority": 5`, `"priority": 6`, 1, "It is not the entry whose digest revision 2 holds"],
    ["a type", `"status": "in_progress"`, `"status": 5`, 0, "It cannot be read: status"]
  ])("finds in a file that %s was changed", async (what, from, to, revision, problem) => {
    const name = `${what.replaceAll(" ", "-")}.json`
    await lived(name)
    if (what === "a digest") edit(name, /"head": "[0-9a-f]/, `"head": "`)
    else edit(name, from, to)
    const { code, stdout, stderr } = await cli.run(["verify", "--file", name, "--json"])
    const { flaws } = JSON.parse(stdout) as { readonly flaws: ReadonlyArray<Record<string, unknown>> }
    expect([code, stderr]).toEqual([1, "Error: 1 of 2 handoffs does not hold\n"])
    expect(flaws).toEqual([{ record_id: "one", revision, entries: 3, problem: expect.stringContaining(problem) }])
    // Verifying the store finds it, too, or falls back to its file if that cannot be opened.
    const stored = await cli.run(["verify", "--store", name])
    expect([stored.code, stored.stdout]).toEqual([1, expect.stringContaining("Handoff one does not hold")])
  })

  it("finds a history that is missing or under another key by the digest in the record", async () => {
    await lived("gone.json")
    edit("gone.json", /"history": /g, `"histori": `)
    const { code, stdout } = await cli.run(["verify", "--file", "gone.json"])
    for (const id of ["one", "two"]) {
      expect(stdout).toContain(`Handoff ${id} does not hold: It has the digest of its last entry, but no history`)
    }
    expect(code).toBe(1)
  })

  it("names unreadable and repeated handoffs, and checks the others", async () => {
    await lived("mixed.json")
    const [one, two] = JSON.parse(readFileSync(cli.path("mixed.json"), "utf8")) as ReadonlyArray<object>
    writeFileSync(cli.path("mixed.json"), JSON.stringify([one, 5, { record_id: "\u001B[31mred" }, two, two]))
    const { code, stdout, stderr } = await cli.run(["verify", "--file", "mixed.json"])
    expect(stdout).toContain("Handoff [1] does not hold: It cannot be read:")
    expect(stdout).toContain("Handoff red does not hold: It cannot be read: request: Missing key")
    expect(stdout).toContain("Handoff two does not hold: The file holds it twice, at [3] and at [4]\n")
    expect(stdout).toContain("\nChecked 5 handoffs with 5 entries: 5 by agents without a key.\n")
    expect([code, stderr, isClean(stdout)]).toEqual([1, "Error: 3 of 5 handoffs do not hold\n", true])
  })

  it.each([
    [
      "an entry",
      "UPDATE log SET event = replace(event, 'On it', 'Off it')",
      2,
      "It is not the entry whose digest revision 3"
    ],
    [
      "the state",
      `UPDATE handoffs SET record = replace(record, 'On it', 'Off it')`,
      3,
      "differs from its history in response"
    ],
    [
      "a missing entry",
      "DELETE FROM log WHERE record_id = 'one' AND revision = 2",
      2,
      "The entry of this revision is missing"
    ],
    ["a torn record", "UPDATE handoffs SET record = 'torn' WHERE id = 'one'", 0, "cannot be read: it is not JSON"],
    [
      "a torn entry",
      "UPDATE log SET event = '{' WHERE record_id = 'one' AND revision = 2",
      0,
      "It cannot be read: revision 2 of its history"
    ]
  ])("finds in SQLite: %s", async (what, statement, revision, problem) => {
    const name = `${what.replaceAll(" ", "-")}.db`
    await lived(`sqlite:${name}`)
    const database = new DatabaseSync(cli.path(name))
    database.exec(statement)
    database.close()
    const { code, stdout } = await cli.run(["verify", "--json", "--store", `sqlite:${name}`])
    const { flaws, handoffs } = JSON.parse(stdout) as {
      readonly handoffs: number
      readonly flaws: ReadonlyArray<Record<string, unknown>>
    }
    expect([code, handoffs]).toEqual([1, 2])
    expect(flaws).toMatchObject([{ record_id: "one", revision, problem: expect.stringContaining(problem) }])
    const single = await cli.run(["verify", "--id", "one", "--store", `sqlite:${name}`])
    expect([single.code, single.stdout + single.stderr]).toEqual([1, expect.stringContaining("andoff one")])
  })

  it("finds wrong counters", async () => {
    await lived("sqlite:sums.db")
    const database = new DatabaseSync(cli.path("sums.db"))
    database.exec("UPDATE tally SET amount = 7 WHERE name = 'pending'")
    database.close()
    const { stdout, stderr } = await on(cli, "sqlite:sums.db").refused("verify")
    expect(stdout).toContain('Counter "pending" is 7, but its records add up to 1\n')
    expect(stderr).toBe("Error: 1 counter of the store is wrong\n")
  })

  it.each([
    [["--id", "one", "--file", "x.json"], "Invalid --id: use it without --file"],
    [["--agents", "x.json"], "Invalid --agents: use it with --file"],
    [["--file", "missing.json"], "Invalid --file: cannot read missing.json (ENOENT)"],
    [["--file", "object.json"], "Invalid object.json: Expected an array of handoffs"],
    [["--store", "missing.json"], "missing.json. Nothing was created; name an existing one with --store"],
    [["--id", "gone", "--store", "there.json"], "No handoff gone"]
  ])("refuses %j with a sentence", async (words, sentence) => {
    writeFileSync(cli.path("object.json"), "{}")
    copyFileSync(fixture, cli.path("there.json"))
    const { code, stdout, stderr } = await cli.run(["verify", ...words])
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringContaining(sentence)])
  })
})
