import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { openHandoffs } from "@aumai/handoff/node"
import { describe, expect, it } from "vitest"

import { type StoreUse, storeUse, type StoreUser } from "../src/StoreUse.ts"
import { command } from "./command.ts"
import { described } from "./reference.ts"

const cli = command()

// The words of each command beside its store; of `verify` and others with an id, about a handoff that is not there.
const about = ["--id", "gone"]
const words: Readonly<Record<Exclude<StoreUser, `copy ${string}`>, ReadonlyArray<string>>> = {
  create: ["--from", "a", "--to", "b", "--task", "t"],
  accept: about,
  restate: [...about, "--summary", "s"],
  confirm: about,
  start: about,
  progress: about,
  ask: [...about, "--question", "q"],
  answer: [...about, "--answer", "a"],
  release: about,
  forward: [...about, "--to", "b"],
  delegate: [...about, "--to", "b", "--task", "t"],
  complete: about,
  approve: about,
  return: [...about, "--missing", "m"],
  attest: [...about, "--by", "a", "--statement", "s"],
  reject: [...about, "--reason", "r"],
  fail: [...about, "--reason", "r"],
  cancel: about,
  reopen: about,
  claim: ["--agent", "a"],
  work: ["--agent", "a", "--exec", "true"],
  watch: [],
  sweep: [],
  import: ["--file", "archive.json"],
  archive: ["--before", "90d", "--to", "archive.json"],
  purge: [...about, "--by", "a"],
  "agents register": ["--id", "a", "--capability", "c"],
  "agents unregister": ["--id", "a"],
  "agents revoke": ["--id", "a"],
  "agents list": [],
  status: about,
  where: about,
  result: about,
  chain: about,
  inbox: ["--agent", "a"],
  list: [],
  history: about,
  stats: [],
  route: ["--from", "a", "--task", "t"],
  export: [],
  verify: [],
  doctor: [],
  "doctor --set-aside": [],
  checkpoint: ["--key", "log.key"]
}

const rows = Object.entries(words).map(([name, rest]) => ({
  // The cast: the keys of `words` are rows of the table.
  use: storeUse[name as StoreUser] as StoreUse,
  name,
  line: [...name.split(" "), ...rest]
}))
const refusing = rows.filter(({ use }) => use.missing !== "created")
const reading = rows.filter(({ use }) => use.opens === "to read")

/** Every file of the test with its bytes. */
const files = (): ReadonlyArray<readonly [name: string, bytes: string]> =>
  readdirSync(cli.directory, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => [file, readFileSync(file, "base64")])

describe("the table of stores", () => {
  it("has a row for each command but keygen, which opens none", () => {
    const names = described.map((one) => one.words.join(" ")).filter((name) => name !== "agents")
    const opening = Object.keys(storeUse).map((name) => name.replace(/ --.*/, ""))
    expect([...new Set([...opening, "keygen"])].toSorted()).toEqual(names.toSorted())
  })
})

describe("a store that is not there", () => {
  it.each(refusing)("is refused by $name, and not created", async ({ line, use }) => {
    writeFileSync(cli.path("log.key"), `${"A".repeat(43)}\n`, { mode: 0o600 })
    const before = files()
    for (const [store, path] of [
      ["typo.json", cli.path("typo.json")],
      ["sqlite:typo.db", cli.path("typo.db")]
    ] as const) {
      const { code, stderr, stdout } = await cli.run([...line, "--store", store])
      const next = use.missing === "created on demand" ? "--create" : `'aumai-handoff create --store ${store}'`
      expect([code, stdout, stderr]).toEqual([
        1,
        "",
        `Error: There is no store at ${path}. Nothing was created; name an existing one with --store, or begin one there with ${next}\n`
      ])
    }
    expect(files()).toEqual(before)
  })

  it("is refused as the source of a copy, and the target is not created", async () => {
    const before = files()
    const { code, stderr } = await cli.run(["copy", "--from", "typo.json", "--to", "sqlite:copy.db"])
    expect([code, stderr]).toEqual([
      1,
      `Error: There is no store at ${cli.path("typo.json")}. Nothing was created; name an existing one with --from\n`
    ])
    expect(files()).toEqual(before)
  })

  it.each(["begun.json", "sqlite:begun.db"])("is begun by the first agent in %s", async (store) => {
    expect((await cli.run(["agents", "register", "--id", "a", "--capability", "c", "--store", store])).code).toBe(0)
    expect(await cli.run(["list", "--store", store])).toMatchObject({ code: 0, stdout: "No handoff records found\n" })
  })
})

describe("a location without a scheme", () => {
  it.each([
    ["handoffs.db", "Expected sqlite:handoffs.db for a SQLite database, or ./handoffs.db for a JSON file of that name"],
    [":memory:", "Expected memory: for a store in memory, or ./:memory: for a JSON file of that name"]
  ])("that names another store, such as %s, is asked about", async (store, question) => {
    const before = files()
    for (const line of [["list"], ["create", "--from", "a", "--to", "b", "--task", "t"]]) {
      expect(await cli.run([...line, "--store", store])).toEqual({
        code: 1,
        stdout: "",
        stderr: `Error: Invalid store: ${question}\n`
      })
    }
    expect(files()).toEqual(before)
  })
})

describe("a command that only reads", () => {
  const finished = async (store: string) => {
    await cli.create(store, { id: "gone" })
    await cli.run(["agents", "register", "--id", "executor", "--capability", "c", "--store", store])
  }

  it.each(reading)("leaves no file behind and changes none: $name", async ({ line, name }) => {
    const slug = name.replaceAll(" ", "-")
    writeFileSync(cli.path("log.key"), `${"A".repeat(43)}\n`, { mode: 0o600 })
    mkdirSync(cli.path(slug))
    await finished(`${slug}/live.json`)
    await finished(`sqlite:${slug}/live.db`)
    // As from a backup, without the hidden lock file.
    for (const file of ["live.json", "live.log.json", "live.agents.json"]) {
      copyFileSync(cli.path(`${slug}/${file}`), cli.path(`${slug}/${file.replace("live", "restored")}`))
    }
    const before = files()
    for (const store of [`${slug}/live.json`, `${slug}/restored.json`, `sqlite:${slug}/live.db`]) {
      const { code, stderr } = await cli.run([...line, "--store", store])
      expect([store, code, stderr.replace(/^(?:Left out|Verify it).*\n/, "")]).toEqual([store, 0, ""])
    }
    expect(files()).toEqual(before)
  })
})

describe("a store that is only a journal, because its first process was killed", () => {
  /** The files of a store whose process is still running, copied as a kill leaves them. */
  const killed = async (name: string) => {
    mkdirSync(cli.path(name))
    await using handoffs = await openHandoffs(cli.path(`${name}/live.json`))
    for (let n = 0; n < 20; n++) {
      await handoffs.create({ fromAgent: "a", toAgent: "b", taskDescription: "t" }, { id: `one-${n}` })
    }
    mkdirSync(cli.path(`${name}/left`))
    for (const file of ["live.json-journal", "live.log.json"]) {
      copyFileSync(cli.path(`${name}/${file}`), cli.path(`${name}/left/${file}`))
    }
    return `${name}/left/live.json`
  }

  it("is read by every command, which leaves the journal alone", async () => {
    const store = await killed("read")
    const before = files()
    expect((await cli.run(["verify", "--store", store])).stdout).toContain("Checked 20 handoffs with 20 entries")
    const health = await cli.run(["doctor", "--store", store])
    expect([health.code, health.stdout]).toEqual([0, expect.stringContaining("20: 20 pending")])
    expect(health.stdout).toContain("Journal   present")
    expect((await cli.run(["list", "--store", store])).stdout.trimEnd().split("\n")).toHaveLength(20)
    const verified = await cli.run(["verify", "--file", store])
    expect([verified.code, verified.stderr]).toEqual([
      1,
      `Error: Invalid --file: ${store}-journal holds the whole store; use 'verify --store ${store}'\n`
    ])
    const imported = await cli.run(["import", "--file", store, "--store", "other.json"])
    expect([imported.code, imported.stderr]).toEqual([
      1,
      expect.stringContaining(`use 'aumai-handoff copy --from ${store} --to other.json'`)
    ])
    expect(files()).toEqual(before)
  })

  it("is copied", async () => {
    const store = await killed("copied")
    expect((await cli.run(["copy", "--from", store, "--to", "sqlite:copied.db"])).stdout).toContain("20 added")
    expect((await cli.run(["stats", "--json", "--store", "sqlite:copied.db"])).stdout).toContain('"total":20,')
  })

  it("is continued by the next command that writes, which folds the journal", async () => {
    const store = await killed("continued")
    await cli.create(store, { id: "next" })
    expect(readdirSync(cli.path("continued/left")).toSorted()).toEqual([
      ".live.json.lock",
      "live.json",
      "live.json-trail",
      "live.log.json"
    ])
    expect((await cli.run(["list", "--store", store])).stdout.trimEnd().split("\n")).toHaveLength(21)
  })
})
