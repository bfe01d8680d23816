import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

import { describe, expect, it } from "vitest"

import { fileWith, layouts, oddBytes, oddKinds, placed, plainRecord } from "../../../packages/testing/src/odd.ts"
import { command } from "./command.ts"

const cli = command()
const good = Array.from({ length: 30 }, (_, n) => plainRecord(`good-${n}`))
const reason = /Handoff odd at \[15\] in .*\.json cannot be read: .*doctor --set-aside/

// Once for each command.
const told = /^1 record in .*\.json cannot be read and is left out; 'verify' names it\n/

describe.each(layouts)("a JSON store with a record that cannot be read, in the layout: $name", (layout) => {
  const files = oddKinds.filter(({ name }) => !name.includes("10 MB")).map((kind, index) => ({ ...kind, index }))

  it.each(files)("stays readable and workable with every command: $name", async (kind) => {
    const store = `${layouts.indexOf(layout)}-${kind.index}.json`
    const bytes = oddBytes(kind, layout)
    writeFileSync(cli.path(store), fileWith(placed(good, bytes, "middle").elements, layout))
    const run = (...words: ReadonlyArray<string>) => cli.run([...words, "--store", store])
    const done = async (...words: ReadonlyArray<string>) => {
      const { code, stderr, stdout } = await run(...words)
      expect([words, code, stderr.replace(told, "")]).toEqual([words, 0, ""])
      return { stderr, stdout }
    }
    const listed = await done("list")
    expect(listed.stdout.trim().split("\n").length).toBe(30)
    expect(listed.stderr).toMatch(told)
    await done("inbox", "--agent", "executor", "--limit", "3")
    await done("stats")
    await done("sweep")
    await done("create", "--from", "a", "--to", "b", "--task", "t", "--id", "new-one")
    await done("accept", "--id", "good-4")
    await done("complete", "--id", "good-4")
    await done("claim", "--agent", "executor")
    for (const word of ["status", "history", "where", "chain"]) await done(word, "--id", "good-5")

    const creating = ["create", "--from", "a", "--to", "b", "--task", "t"]
    const verbs = [["status"], ["history"], ["where"], ["chain"], ["accept"], ["cancel"], creating]
    for (const words of kind.hasId === false ? [] : verbs) {
      const { code, stderr } = await run(...words, "--id", "odd")
      expect([words, code, stderr]).toEqual([words, 1, expect.stringMatching(reason)])
    }

    const name = kind.hasId === false ? "[15]" : "odd"
    const verified = await run("verify")
    expect(verified.code).toBe(1)
    expect(verified.stdout).toContain(`Handoff ${name} does not hold: It cannot be read: `)
    expect(verified.stderr).toContain("Error: 1 of 32 handoffs does not hold\n")
    const examined = await run("doctor", "--json")
    const { findings } = JSON.parse(examined.stdout) as {
      readonly findings: ReadonlyArray<{ readonly code: string; readonly command: string }>
    }
    expect(findings[0]).toMatchObject({
      code: "unreadable",
      command: `aumai-handoff doctor --set-aside --store ${store}`
    })
    expect(findings.filter(({ code }) => code === "unreadable" || code === "history").length).toBe(1)

    const exported = await run("export")
    const isText = kind.encoding === undefined
    expect(exported.code).toBe(0)
    expect(exported.stdout.includes(bytes.toString("utf8"))).toBe(isText)
    expect(exported.stderr).toContain(isText ? "As it stands: " : "Left out: ")
    expect((await run("export", "--full")).stderr).toMatch(/^Left out: .* at \[15\] cannot be read: /m)

    writeFileSync(cli.path("exported.json"), exported.stdout)
    const imported = await cli.run(["import", "--file", "exported.json", "--store", `sqlite:${store}.db`])
    expect(imported.stdout).toBe(isText ? "31 added\n1 left out: they cannot be read\n" : "31 added\n")
    expect(imported.code).toBe(isText ? 1 : 0)
    const copied = await cli.run(["copy", "--from", store, "--to", `copy-${store}`])
    expect([copied.code, copied.stdout]).toEqual([1, expect.stringContaining("31 added\n")])
    expect(copied.stderr).toContain("Error: Invalid --from: 1 of 32 handoffs cannot be read and were left out\n")

    const file = readFileSync(cli.path(store))
    expect([file.includes(bytes), file.indexOf(bytes) === file.lastIndexOf(bytes)]).toEqual([true, true])

    const moved = await run("doctor", "--set-aside")
    expect(moved.stderr).toContain(`Moved the records that cannot be read to ${cli.path(store)}.odd-`)
    expect(moved.stdout).not.toContain("cannot be read")
    expect(readFileSync(cli.path(store)).includes(bytes)).toBe(false)
    const aside = readdirSync(cli.directory).find((one) => one.startsWith(`${store}.odd-`)) ?? ""
    expect(readFileSync(cli.path(aside)).includes(bytes)).toBe(true)
    expect((await done("list")).stderr).toBe("")
    expect((await run("verify")).code).toBe(0)
  })
})

describe("doctor --set-aside", () => {
  it("says that there is nothing to set aside, and that other stores cannot", async () => {
    await cli.create("sound.json")
    const sound = await cli.run(["doctor", "--set-aside", "--store", "sound.json"])
    expect([sound.code, sound.stderr]).toEqual([0, "Set aside nothing: every record can be read\n"])
    await cli.create("sqlite:sound.db")
    const other = await cli.run(["doctor", "--set-aside", "--store", "sqlite:sound.db"])
    expect([other.code, other.stderr]).toEqual([1, "Error: Invalid --set-aside: expected a JSON store\n"])
  })
})

describe("a SQLite store with rows that cannot be read", () => {
  it("stays readable and workable, and every command names them", async () => {
    const store = "sqlite:rows.db"
    for (let n = 0; n < 6; n += 1) await cli.create(store, { id: `r${n}` })
    const database = new DatabaseSync(cli.path("rows.db"))
    database.exec("UPDATE handoffs SET record = '{' WHERE id IN ('r1', 'r2')")
    database.exec("UPDATE log SET event = '7' WHERE record_id = 'r4'")
    database.close()
    const run = (...words: ReadonlyArray<string>) => cli.run([...words, "--store", store])
    const listed = await run("list")
    expect(listed.stdout.match(/^r\d/gm)).toEqual(["r0", "r3", "r4", "r5"])
    expect(listed.stderr).toMatch(/2 records in .*rows\.db cannot be read and are left out/)
    expect((await run("list", "--limit", "2")).stdout.match(/^r\d/gm)).toEqual(["r0", "r3"])
    expect((await run("claim", "--agent", "executor")).code).toBe(0)
    expect((await run("sweep")).code).toBe(0)
    expect((await run("create", "--from", "a", "--to", "b", "--task", "t", "--id", "r1")).stderr).toContain(
      "Handoff r1 in"
    )
    const verified = await run("verify")
    expect(verified.code).toBe(1)
    for (const id of ["r1", "r2", "r4"])
      expect(verified.stdout).toContain(`Handoff ${id} does not hold: It cannot be read`)
    expect(verified.stderr).toContain("Error: 3 of 6 handoffs do not hold\n")
    const { findings } = JSON.parse((await run("doctor", "--json")).stdout) as {
      readonly findings: ReadonlyArray<{ readonly code: string }>
    }
    expect(findings.map(({ code }) => code)).toEqual(["unreadable", "unreadable", "unreadable"])
    const copied = await cli.run(["copy", "--from", store, "--to", "rows.json"])
    expect([copied.code, copied.stdout]).toEqual([1, expect.stringContaining("3 added\n")])
  })
})

describe("a request without a receiver", () => {
  it("is one for unrouted, and forward lets the router choose", async () => {
    const record = plainRecord("empty")
    const bare = { ...record, request: { ...record.request, to_agent: "" } }
    writeFileSync(cli.path("empty.json"), JSON.stringify([bare]))
    const run = (...words: ReadonlyArray<string>) => cli.run([...words, "--store", "empty.json"])
    expect((await run("list")).stdout).toContain("unrouted")
    await run("agents", "register", "--id", "carol", "--capability", "translate")
    const forwarded = await run("forward", "--id", "empty")
    expect([forwarded.code, forwarded.stderr]).toEqual([0, ""])
    expect((await run("inbox", "--agent", "carol")).stdout).toMatch(/^empty /)
    expect((await run("verify")).code).toBe(0)
  })
})
