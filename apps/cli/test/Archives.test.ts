import { existsSync, readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { archivesOn } from "./archives.ts"
import { command } from "./command.ts"
import { on } from "./telling.ts"

const cli = command()

type Json = Readonly<Record<string, unknown>>

/** A handoff as a program without histories writes it. */
const record = (id: string, more: Json = {}): Json => ({
  record_id: id,
  request: { from_agent: "a", to_agent: "b", task_description: "引き渡し" },
  status: "pending",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  ...more
})
const full = (more: Json = {}): Json => ({
  format: "aumai-handoff/archive/2",
  agents: [],
  records: [record("one"), record("two")],
  ...more
})

const { agentsOf, imported, lived, write } = archivesOn(cli)

describe("export", () => {
  it("writes the array without agents and positions, and says so", async () => {
    await lived("plain.json")
    const { stdout, stderr } = await cli.run(["export", "--store", "plain.json"])
    expect(stderr).toBe(
      "Left out: 2 registered agents with their keys, and the positions in the log; 'export --full' writes all of it\n"
    )
    expect(stdout).toMatch(/^\[\n {2}\{\n {4}"record_id": "q3",\n/)
    expect(stdout).not.toContain("position")
    write("empty.json", "[]\n")
    expect((await cli.run(["export", "--store", "empty.json"])).stdout).toBe("[]\n")
  })

  it("writes everything with --full, and import brings it into another store", async () => {
    await lived("source.json")
    const text = await on(cli, "source.json").done("export", "--full")
    write("whole.json", text)
    const { agents, keys, origin, records } = JSON.parse(text) as {
      origin: string
      agents: unknown
      keys: ReadonlyArray<Json>
      records: ReadonlyArray<{ history: ReadonlyArray<Json> }>
    }
    expect(Object.keys(JSON.parse(text) as Json)).toEqual(["format", "origin", "agents", "keys", "records"])
    expect(agents).toEqual(JSON.parse(readFileSync(cli.path("source.agents.json"), "utf8")))
    const log = JSON.parse(readFileSync(cli.path("source.log.json"), "utf8")) as {
      log: string
      keys: ReadonlyArray<{ event: Json }>
    }
    expect(origin).toBe(log.log)
    expect(keys.map(({ _tag }) => _tag)).toEqual(["Founded", "KeyAdded"])
    expect(keys).toEqual(log.keys.map(({ event }) => event))
    const entries = JSON.parse(
      await on(cli, "source.json").done("history", "--id", "q3", "--json")
    ) as ReadonlyArray<Json>
    const positions = entries.map(({ position }) => position)
    expect(records[0]?.history.map(({ position }) => position)).toEqual(positions)
    for (const position of positions) expect(position).toMatch(new RegExp(`^${origin}\\.1\\.\\d+$`))

    for (const store of ["sqlite:taken.db", "taken.json"]) {
      expect(await imported("whole.json", store)).toEqual({ code: 0, stdout: "1 added\n2 agents added\n", stderr: "" })
      expect(await agentsOf(store)).toEqual(await agentsOf("source.json"))
      expect((await cli.run(["export", "--store", store])).stdout).toBe(
        (await cli.run(["export", "--store", "source.json"])).stdout
      )
      expect(await on(cli, store).done("verify")).toContain(
        "2 entries: 1 signed and checked, 1 by agents without a key. Everything holds.\n"
      )
      expect((await imported("whole.json", store)).stdout).toBe("1 already here\n")
    }
  })
})

describe("import of a full archive", () => {
  it("never replaces the key of an agent, and names the agents that differ", async () => {
    await lived("theirs.json")
    await lived("ours.json")
    write("theirs-whole.json", await on(cli, "theirs.json").done("export", "--full"))
    const before = await agentsOf("ours.json")
    const { code, stderr, stdout } = await imported("theirs-whole.json", "ours.json")
    expect([code, stdout]).toEqual([
      1,
      "1 left out: in conflict with the same handoff here, or with their own history\n"
    ])
    expect(stderr).toContain("Agent executor is registered differently here; it was left unchanged\n")
    expect(await agentsOf("ours.json")).toEqual(before)
  })

  it("reads keys of later versions only after the handoffs", async () => {
    write("later.json", full({ roots: [{}, { record_id: 7 }], root: "…" }))
    expect(await imported("later.json", "later-store.json")).toEqual({
      code: 0,
      stdout: "2 added\n",
      stderr:
        "Left out: the key roots, which this version does not know\nLeft out: the key root, which this version does not know\n"
    })
  })
})

describe("verify of a file", () => {
  it("checks signatures with the keys of a full archive, or with those that it is told to trust", async () => {
    await lived("signed.json")
    write("signed-whole.json", await on(cli, "signed.json").done("export", "--full"))
    const own = await cli.run(["verify", "--file", "signed-whole.json"])
    expect([own.code, own.stdout]).toEqual([
      0,
      expect.stringContaining("1 signed and checked, 1 by agents without a key. Everything that was checked holds.\n")
    ])
    expect(own.stderr).toContain("The keys are those of the archive itself, whose author chose them")
    write("none.agents.json", [])
    const trusted = await cli.run(["verify", "--file", "signed-whole.json", "--agents", "none.agents.json"])
    expect(trusted.stderr).toBe("1 signature was not verified: none.agents.json has no matching key\n")
    write(
      "signed-whole.json",
      readFileSync(cli.path("signed-whole.json"), "utf8").replace('"accepted": true', '"accepted": false')
    )
    expect((await cli.run(["verify", "--file", "signed-whole.json"])).stdout).toContain("Handoff q3 does not hold")
  })
})

const upgrade = "upgrade aumai-handoff to read the archive"
const notArchive = "Expected an array of handoffs, or a full archive with the key format first"
const refused: ReadonlyArray<readonly [what: string, content: unknown, sentence: string]> = [
  ["an empty object", {}, notArchive],
  ["one handoff", record("one"), `${notArchive}; put single handoffs between [ and ], with commas between them`],
  ["lines of JSON", `${JSON.stringify(record("one"))}\n${JSON.stringify(record("two"))}\n`, notArchive],
  ["two arrays", "[]\n[]", "Expected nothing more after the closing bracket, in line 2"],
  ["a truncated file", JSON.stringify(full()).slice(0, -40), "records[1]: Expected the rest of it"],
  [
    "a file cut between handoffs",
    `${JSON.stringify([record("one")]).slice(0, -1)},`,
    "Expected an item after the comma, after [0]"
  ],
  ["half of a byte order mark", Buffer.from([0xef, 0xbb, 0x5b, 0x5d]), "Expected JSON: an array or an object"],
  [
    "a later format",
    full({ format: "aumai-handoff/archive/3" }),
    `format: This version reads aumai-handoff/archive/2 only; ${upgrade}`
  ],
  ["another format", full({ format: ["x"] }), "format: Expected aumai-handoff/archive/2"],
  [
    "an unknown key before the handoffs",
    { format: full()["format"], roots: [], records: [] },
    `This version does not know the key "roots"; ${upgrade}`
  ],
  [
    "agents after the handoffs",
    { format: full()["format"], records: [], agents: [] },
    "agents: Expected it before records"
  ],
  ["keys after the handoffs", { format: full()["format"], records: [], keys: [] }, "keys: Expected it before records"],
  ["a key event that is none", { format: full()["format"], keys: [{ _tag: "KeyLost" }], records: [] }, "keys[0]: "],
  [
    "more keys than any version has",
    full(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, []]))),
    "Expected at most 100 keys"
  ],
  ["no handoffs", { format: full()["format"], agents: [] }, "and the key records"],
  ["handoffs that are no array", full({ records: {} }), "records: Expected an array"],
  [
    "agents twice",
    JSON.stringify(full()).replace('"agents":[]', '"agents":[],"agents":[]'),
    "agents: Expected each key once"
  ],
  ["an agent without a name", full({ agents: [{ capabilities: [] }] }), "agents[0].agent_id: "],
  ["brackets that do not match", '[{"record_id":[}]', "Expected a comma or ], after [0], in line 1"]
]

const left: ReadonlyArray<readonly [what: string, content: unknown, sentence: string]> = [
  [
    "bytes that are not UTF-8",
    Buffer.from(JSON.stringify(full()).replace("引", "\u00ff"), "latin1"),
    "records[0]: Expected UTF-8"
  ],
  [
    "a key twice in a handoff",
    JSON.stringify(full()).replace('"record_id":"two"', '"record_id":"two","record_id":"six"'),
    "records[1]: Expected each key once in an object"
  ],
  [
    "a number that a double cannot hold",
    [record("one"), record("two", { result: 0 })]
      .map((one) => JSON.stringify(one))
      .join(",")
      .replace(/^/, "[")
      .concat("]")
      .replace('"result":0', '"result":{"n":9007199254740993}'),
    "[1]: Expected numbers that JavaScript can hold"
  ],
  [
    "a handoff that is nested too deeply",
    `[${JSON.stringify(record("one", { result: "deep" })).replace('"deep"', `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`)}]`,
    "[0]: result.a.a.a.a.a.a.a.a.a.a.a…: Expected at most 128 levels of nesting"
  ],
  ["a field that is wrong", [record("one"), record("two", { status: "sleeping" })], "[1]: status: Expected"],
  ["something else than handoffs", [1, null], "[0]: Expected"]
]

describe("an archive that is not one", () => {
  it.each(refused)("imports nothing, and is refused with a sentence: %s", async (_, content, sentence) => {
    write("refused.json", content)
    const fromFile = await imported("refused.json", "untouched.json")
    expect(fromFile.stderr).toMatch(/^Error: Invalid refused\.json: .*\n$/)
    expect([fromFile.code, fromFile.stdout, fromFile.stderr]).toEqual([1, "", expect.stringContaining(sentence)])
    expect(existsSync(cli.path("untouched.json"))).toBe(false)
    const { code, stderr } = await cli.run(["verify", "--file", "refused.json"])
    expect(code).toBe(1)
    expect(stderr).not.toContain("defect of aumai-handoff")
  })

  it.each(refused.filter(([, content]) => !Buffer.isBuffer(content)))(
    "imports nothing from standard input: %s",
    async (_, content, sentence) => {
      write("piped.json", content)
      const { code, stderr } = await imported("-", "unpiped.json", readFileSync(cli.path("piped.json"), "utf8"))
      expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)])
      expect(existsSync(cli.path("unpiped.json"))).toBe(false)
    }
  )

  it("on standard input keeps what came before the fault, and says how much that is", async () => {
    const text = { text: "x".repeat(10_000) }
    const many = Array.from({ length: 500 }, (_, index) => JSON.stringify(record(`r${index}`, { result: text })))
    const cut = `[${many.join(",")},{"record_id":`
    const { code, stderr } = await imported("-", "partly.json", cut)
    const kept = Number(/^Imported before the error: (\d+) handoffs/.exec(stderr)?.[1])
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("Error: Invalid standard input: [500]: Expected the rest of it")
    ])
    expect(kept).toBeGreaterThan(0)
    expect(JSON.parse(await on(cli, "partly.json").done("stats", "--json"))).toMatchObject({ total: kept })
    write("cut.json", cut)
    expect((await imported("cut.json", "whole-or-not.json")).stderr).not.toContain("Imported before")
    expect(existsSync(cli.path("whole-or-not.json"))).toBe(false)
  })
})

describe("an archive with a handoff that cannot be read", () => {
  it.each(left)("imports the others, and names it with its place: %s", async (what, content, sentence) => {
    const name = what.replaceAll(" ", "-")
    write("left.json", content)
    // Standard input of a test is text.
    for (const file of Buffer.isBuffer(content) ? ["left.json"] : ["left.json", "-"]) {
      const store = `${name}${file}.json`
      await on(cli, store).done("agents", "register", "--id", "a", "--capability", "c")
      const { code, stderr, stdout } = await imported(file, store, readFileSync(cli.path("left.json"), "utf8"))
      expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)])
      const [, odd = "", all = ""] = /(\d) of (\d) handoffs cannot be read and were left out\n$/.exec(stderr) ?? []
      expect(stdout).toContain(`${odd} left out: they cannot be read\n`)
      const { total } = JSON.parse(await on(cli, store).done("stats", "--json")) as { readonly total: number }
      expect(total).toBe(Number(all) - Number(odd))
    }
    const { code, stdout } = await cli.run(["verify", "--file", "left.json"])
    expect([code, stdout]).toEqual([1, expect.stringContaining("does not hold: It cannot be read: ")])
  })

  it("names the first of many, and all in JSON", async () => {
    const many = Array.from({ length: 300 }, (_, index) => record(`r${index}`, { status: "sleeping" }))
    write("many.json", [...many, record("good")])
    const { stderr, stdout } = await imported("many.json", "many-store.json")
    expect(stdout).toBe("1 added\n300 left out: they cannot be read\n")
    expect(stderr.split("\n").length).toBe(23)
    expect(stderr).toContain("\n  and 280 more\n")
    const json = await cli.run(["import", "--file", "many.json", "--store", "many-json.json", "--json"])
    const reports = JSON.parse(json.stdout) as ReadonlyArray<Json>
    expect(reports.length).toBe(301)
    expect(reports[1]).toMatchObject({ record_id: "[0]", outcome: "broken" })
  })
})

describe("the file of a JSON store", () => {
  it("is not imported while a journal beside it holds later changes", async () => {
    await cli.create("open.json", { id: "kept" })
    write("open.json-journal", "")
    const { code, stderr } = await imported("open.json", "sqlite:open.db")
    expect([code, stderr]).toEqual([
      1,
      "Error: Invalid --file: open.json-journal holds later changes of this store; use 'aumai-handoff copy --from open.json --to sqlite:open.db'\n"
    ])
  })
})
