import { copyFileSync, readFileSync, writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { heldIn } from "./life.ts"
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

const write = (name: string, content: unknown): void =>
  writeFileSync(
    cli.path(name),
    typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content)
  )
const imported = (file: string, store: string, stdin = "", ...words: ReadonlyArray<string>) =>
  cli.run(["import", "--file", file, "--store", store, ...words], { stdin })
const listed = async (store: string) => (await cli.run(["list", "--store", store])).stdout
const none = "No handoff records found\n"

/** Fills a store with two agents, of which one signs, and a handoff between them. */
const lived = async (store: string): Promise<void> => {
  const { done } = on(cli, store)
  const { public_key } = JSON.parse(await done("keygen", "--json", "--out", `${store}.key`)) as { public_key: string }
  const signing = ["--public-key", public_key, "--key", `executor=${store}.key`]
  await done("agents", "register", "--id", "executor", "--capability", "analyze", ...signing)
  await done("agents", "register", "--id", "carol", "--capability", "draw", "--capacity", "3")
  await cli.create(store, { id: "q3" })
  await done("accept", "--id", "q3", "--key", `executor=${store}.key`)
}
const agentsOf = async (store: string) => JSON.parse(await on(cli, store).done("agents", "list", "--json")) as unknown

describe("export", () => {
  it("writes the array without agents and positions, and says so", async () => {
    await lived("plain.json")
    const { stdout, stderr } = await cli.run(["export", "--store", "plain.json"])
    expect(stderr).toBe(
      "Left out: 2 registered agents with their keys, and the positions in the log; 'export --full' writes all of it\n"
    )
    expect(stdout).toMatch(/^\[\n {2}\{\n {4}"record_id": "q3",\n/)
    expect(stdout).not.toContain("position")
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

describe("import of entries in the name of an agent that has a key here", () => {
  /** A store in which `executor` has a key, and a handoff of another store that somebody accepted in its name. */
  const strange = async (name: string): Promise<string> => {
    await lived(`${name}.json`)
    await cli.create(`${name}-away.json`, { id: "strange" })
    await on(cli, `${name}-away.json`).done("accept", "--id", "strange")
    write(`${name}-away-plain.json`, await heldIn(cli, `${name}-away.json`))
    return `${name}-away-plain.json`
  }

  it("refuses those that no key of it has signed", async () => {
    const file = await strange("wary")
    const { code, stderr, stdout } = await imported(file, "wary.json")
    expect([code, stdout, stderr]).toEqual([
      1,
      "1 left out: they do not hold\n",
      "  strange: Entry 2 is in the name of executor, which has a key here, but it is not signed\n" +
        `Error: Invalid ${file}: 1 of 1 handoffs do not hold and were left out\n`
    ])
    expect(await listed("wary.json")).not.toContain("strange")
    // Another store in which an agent of this name has another key.
    await lived("namesake.json")
    const text = await on(cli, "namesake.json").done("export", "--full")
    write("namesake-whole.json", text.replaceAll('"q3"', '"q4"'))
    await lived("renamed.json")
    const namesake = await imported("namesake-whole.json", "renamed.json")
    expect([namesake.code, namesake.stdout]).toEqual([1, "1 left out: they do not hold\n"])
    expect(await listed("renamed.json")).not.toContain("q4")
  })

  it("takes them with --trust, and verify never counts them as signed", async () => {
    expect(await imported(await strange("trusting"), "trusting.json", "", "--trust")).toEqual({
      code: 0,
      stdout: "1 added\n",
      stderr: ""
    })
    expect(await on(cli, "trusting.json").done("verify")).toContain("4 entries: 1 signed and checked, ")
  })

  it("takes those that its key has signed", async () => {
    await lived("home.json")
    write("home-plain.json", await heldIn(cli, "home.json"))
    write("home-whole.json", await on(cli, "home.json").done("export", "--full"))
    const { public_key } = (
      (await agentsOf("home.json")) as ReadonlyArray<{ keys: ReadonlyArray<{ public_key: string }> }>
    )[1]?.keys[0] ?? { public_key: "none" }
    for (const file of ["home-plain.json", "home-whole.json"]) {
      const store = `of-${file}`
      const signing = ["--public-key", public_key, "--key", "executor=home.json.key"]
      await on(cli, store).done("agents", "register", "--id", "executor", "--capability", "draw", ...signing)
      expect(await imported(file, store)).toMatchObject({ code: 0, stdout: expect.stringContaining("1 added\n") })
    }
  })
})

describe("the keys of a full archive", () => {
  type Whole = Json & { readonly keys: ReadonlyArray<Json> }
  const wholeOf = async (store: string) => JSON.parse(await on(cli, store).done("export", "--full")) as Whole

  it("are refused with their place if they were changed, and nothing is imported", async () => {
    await lived("keyed.json")
    const whole = await wholeOf("keyed.json")
    const stranger = JSON.parse((await cli.run(["keygen", "--json"])).stdout) as { readonly public_key: string }
    const [founded = {}, added = {}] = whole.keys
    for (const [keys, revision, problem] of [
      [[founded, { ...added, key: stranger.public_key }], 2, "The new key of executor has not signed it"],
      [[founded, { ...added, agent: "carol" }], 2, "The new key of carol has not signed it"],
      [[{ ...founded, at: "2020-01-01T00:00:00.000Z" }, added], 2, ""],
      [[added], 1, ""]
    ] as const) {
      write("changed.json", { ...whole, keys })
      const { code, stderr } = await imported("changed.json", "untouched.json")
      const place = `keys: ${String(whole["origin"])}: Expected a key log that holds, but entry ${revision} does not: `
      expect([code, stderr]).toEqual([1, expect.stringContaining(place)])
      expect(stderr).toContain(problem)
      expect(await listed("untouched.json")).toBe(none)
      expect(await agentsOf("untouched.json")).toEqual([])
      const verified = await cli.run(["verify", "--file", "changed.json"])
      expect([verified.code, verified.stdout]).toEqual([
        1,
        expect.stringContaining(`The key log of ${String(whole["origin"])} does not hold at entry ${revision}: `)
      ])
    }
  })

  it("are learned as a whole, however far apart they stand in the file", async () => {
    await lived("long.json")
    const text = await on(cli, "long.json").done("export", "--full")
    const apart = text.replace(/(?=\{\s+"_tag": "KeyAdded")/, " ".repeat(3 * 1024 * 1024))
    expect(apart).not.toBe(text)
    write("long-whole.json", apart)
    expect(await imported("long-whole.json", "short.json")).toMatchObject({ code: 0, stderr: "" })
    expect(await on(cli, "short.json").done("verify")).toContain("1 signed and checked, ")
  })

  it("are refused if this store knows the log with other keys", async () => {
    await lived("fork.json")
    for (const suffix of ["", ".agents", ".log"]) {
      copyFileSync(cli.path(`fork${suffix}.json`), cli.path(`twin${suffix}.json`))
    }
    const add = async (store: string, agent: string) => {
      const file = `${store}-${agent}.key`
      const { public_key } = JSON.parse(await on(cli, store).done("keygen", "--json", "--out", file)) as Record<
        string,
        string
      >
      const signing = ["--public-key", public_key ?? "", "--key", `${agent}=${file}`]
      await on(cli, store).done("agents", "register", "--id", agent, "--capability", "draw", ...signing)
    }
    const before = await wholeOf("fork.json")
    await add("fork.json", "dora")
    await add("twin.json", "erin")
    write("before.json", before)
    write("fork-whole.json", await wholeOf("fork.json"))
    write("twin-whole.json", await wholeOf("twin.json"))
    // A longer log is learned, and a shorter one is already known.
    for (const file of ["before.json", "fork-whole.json", "before.json"]) {
      expect(await imported(file, "learning.json")).toMatchObject({ code: 0 })
    }
    for (const store of ["learning.json", "fork.json"]) {
      const agents = await agentsOf(store)
      const { code, stderr } = await imported("twin-whole.json", store)
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining("Expected the key log as this store knows it; one of the two was forged or restored")
      ])
      expect(stderr).toContain(String(before["origin"]))
      expect(await agentsOf(store)).toEqual(agents)
    }
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

describe("verify of a file with keys that are trusted", () => {
  const keygen = async (out: string) =>
    (JSON.parse((await cli.run(["keygen", "--json", "--out", out])).stdout) as { readonly public_key: string })
      .public_key
  const executorWith = (public_key: string) => [
    { agent_id: "executor", capabilities: [], keys: [{ public_key, since: "2020-01-01T00:00:00Z" }] }
  ]
  const register = ["agents", "register", "--id", "executor", "--capability", "analyze", "--public-key"]

  it("counts a signature as checked after a rotation from a key that is trusted", async () => {
    const { done } = on(cli, "turned.json")
    const [first, second] = [await keygen("turned-1.key"), await keygen("turned-2.key")]
    await done(...register, first, "--key", "executor=turned-1.key")
    await done(...register, second, "--key", "executor=turned-1.key", "--key", "executor=turned-2.key")
    await cli.create("turned.json", { id: "turned" })
    await done("accept", "--id", "turned", "--key", "executor=turned-2.key")
    write("turned-whole.json", await done("export", "--full"))
    write("turned-trusted.json", executorWith(first))
    const { code, stdout } = await cli.run(["verify", "--file", "turned-whole.json", "--agents", "turned-trusted.json"])
    expect([code, stdout]).toEqual([0, expect.stringContaining("1 signed and checked, 1 by agents without a key.")])
  })

  it("counts none if the operator of the archive has replaced the key that is trusted", async () => {
    const { done } = on(cli, "usurped.json")
    const [theirs, own] = [await keygen("usurped.key"), await keygen("usurper.key")]
    await keygen("usurper-operator.key")
    // Anybody can found a log as its operator, write there that the agent had its true key, and replace that.
    write("usurped.agents.json", executorWith(theirs))
    const signing = ["--key", "executor=usurper.key"]
    await done(...register, own, ...signing, "--operator-key", "usurper-operator.key")
    await cli.create("usurped.json", { id: "usurped" })
    await done("accept", "--id", "usurped", ...signing)
    write("usurped-whole.json", await done("export", "--full"))
    write("usurped-trusted.json", executorWith(theirs))
    const words = ["verify", "--file", "usurped-whole.json", "--agents", "usurped-trusted.json"]
    const { code, stderr, stdout } = await cli.run(words)
    expect([code, stderr]).toEqual([0, "1 signature was not verified: usurped-trusted.json has no matching key\n"])
    expect(stdout).toContain("1 signed with an unknown key")
    expect(stdout).not.toContain("signed and checked")
    expect((await cli.run([...words, "--require-signatures"])).code).toBe(1)
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
  ["a byte order mark", `\uFEFF${JSON.stringify(full())}`, "Expected JSON without a byte order mark before it"],
  [
    "bytes that are not UTF-8",
    Buffer.from(JSON.stringify(full()).replace("引", "\u00ff"), "latin1"),
    "records[0]: Expected UTF-8"
  ],
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
    "[0].result.a.a.a.a.a.a.a.a.a.a.a…: Expected at most 128 levels of nesting"
  ],
  ["brackets that do not match", '[{"record_id":[}]', "[0]: Expected JSON; it stops being JSON at line 1, column 15"],
  ["a field that is wrong", [record("one"), record("two", { status: "sleeping" })], "[1].status: Expected"],
  ["something else than handoffs", [1, null], "[0]: Expected"]
]

describe("an archive that is not one", () => {
  it.each(refused)("imports nothing, and is refused with a sentence: %s", async (_, content, sentence) => {
    write("refused.json", content)
    const fromFile = await imported("refused.json", "untouched.json")
    expect(fromFile.stderr).toMatch(/^Error: Invalid refused\.json: .*\n$/)
    expect([fromFile.code, fromFile.stdout, fromFile.stderr]).toEqual([1, "", expect.stringContaining(sentence)])
    expect(await listed("untouched.json")).toBe(none)
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
      expect(await listed("unpiped.json")).toBe(none)
    }
  )

  it("names every handoff that is wrong, and the first hundred of many", async () => {
    const many = Array.from({ length: 300 }, (_, index) => record(`r${index}`, { status: "sleeping" }))
    write("many.json", many)
    expect((await imported("many.json", "untouched.json")).stderr).toMatch(
      /^Stopped after 100 faults\nError: .*\[0\]\.status: .*; and 80 more\n$/
    )
  })

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
    expect(await listed("whole-or-not.json")).toBe(none)
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
