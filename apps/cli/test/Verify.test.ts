import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync
} from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"

import { decodeArchived, entryDigest } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { heldIn } from "./life.ts"
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
    expect((await cli.run(["list", "--store", "never.json"])).stdout).toBe("No handoff records found\n")
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
      "Revision 2 of handoff one"
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
    [["--store", "missing.json"], "Invalid --store: missing.json does not exist; name an existing store"],
    [["--id", "gone", "--store", "there.json"], "No handoff gone"]
  ])("refuses %j with a sentence", async (words, sentence) => {
    writeFileSync(cli.path("object.json"), "{}")
    copyFileSync(fixture, cli.path("there.json"))
    const { code, stdout, stderr } = await cli.run(["verify", ...words])
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringContaining(sentence)])
  })
})

const secret = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U"

describe("keys", () => {
  const keyOf = async (agent: string, file: string) =>
    (JSON.parse((await cli.run(["keygen", "--id", agent, "--out", file, "--json"])).stdout) as { public_key: string })
      .public_key

  /** Registers an agent with a new key in this file, and returns the public key. */
  const register = async (store: string, agent: string, file: string): Promise<string> => {
    const key = await keyOf(agent, file)
    const words = ["--id", agent, "--capability", "work", "--public-key", key, "--key", `${agent}=${file}`]
    await on(cli, store).done("agents", "register", ...words)
    return key
  }

  /** Writes the keys that somebody who verifies trusts. */
  const trust = (file: string, keys: Readonly<Record<string, string>>) => {
    const agents = Object.entries(keys).map(([agent_id, public_key]) => ({
      agent_id,
      capabilities: [],
      keys: [{ public_key, since: "2020-01-01T00:00:00Z" }]
    }))
    writeFileSync(cli.path(file), JSON.stringify(agents))
  }

  /** Takes the signature from the last entry of the only handoff of a JSON store, and computes its digest again. */
  const unsign = (name: string) => {
    const [handoff] = JSON.parse(readFileSync(cli.path(name), "utf8")) as ReadonlyArray<{
      readonly history: ReadonlyArray<object>
    }>
    const history = (handoff?.history ?? []).map((event, index, { length }) =>
      index === length - 1 ? { ...event, sig: undefined } : event
    )
    const open: unknown = JSON.parse(JSON.stringify({ ...handoff, history }))
    const { history: events, record } = Result.getOrThrow(decodeArchived(name, open))
    const last = events.at(-1)
    if (last === undefined) throw new Error("There is no entry")
    const head = entryDigest(record.recordId, events.length, last)
    writeFileSync(cli.path(name), JSON.stringify([{ ...(open as object), head }]))
  }

  it("are generated into a file, which is never overwritten", async () => {
    const { code, stdout } = await cli.run(["keygen", "--id", "it's", "--out", "its.key"])
    expect(code).toBe(0)
    const publicKey = /^Public key {2}(\S{43})$/m.exec(stdout)?.[1] ?? "none"
    expect(stdout).toContain(
      `\n  aumai-handoff agents register --id 'it'\\''s' --public-key ${publicKey} --key 'it'\\''s=its.key'\n`
    )
    expect(readFileSync(cli.path("its.key"), "utf8")).toMatch(/^[\w-]{43}\n$/)
    const again = await cli.run(["keygen", "--out", "its.key"])
    expect([again.code, again.stderr]).toEqual([
      1,
      "Error: Invalid --out: its.key already exists and is not overwritten; name another file\n"
    ])
    const printed = JSON.parse((await cli.run(["keygen", "--json"])).stdout) as object
    expect(Object.keys(printed)).toEqual(["public_key", "secret_key"])
  })

  it.skipIf(process.platform === "win32")("are readable only by their owner", async () => {
    await keyOf("executor", "private.key")
    expect(statSync(cli.path("private.key")).mode & 0o777).toBe(0o600)
  })

  it("are required of every entry but the clock's with --require-signatures", async () => {
    const keys = ["planner", "executor"].map((agent) => `${agent}=${agent}-full.key`)
    for (const agent of ["planner", "executor"]) await register("full.json", agent, `${agent}-full.key`)
    const signing = on(cli, "full.json", { env: { AUMAI_HANDOFF_KEYS: keys.join(",") } })
    const words = ["--from", "planner", "--to", "executor", "--task", "Report", "--accept-by", "30m"]
    const made = await signing.done("create", ...words, "--remind-before", "1h", "--json")
    const { record_id: id } = JSON.parse(made) as { readonly record_id: string }
    await signing.done("sweep")
    expect(await signing.done("verify", "--require-signatures")).toBe(
      "No operator's key is pinned, so the first key of each agent was taken on trust.\n" +
        "Checked 1 handoff with 2 entries: 1 signed and checked, 1 by the clock. Everything holds.\n"
    )

    // Another program adds a record, and an agent without a key attests.
    const records = JSON.parse(readFileSync(fixture, "utf8")) as ReadonlyArray<object>
    writeFileSync(cli.path("foreign.json"), JSON.stringify(records.slice(0, 1)))
    await signing.done("import", "--file", "foreign.json")
    const { stdout, stderr } = await signing.refused("verify", "--require-signatures")
    expect(stdout).toContain("1 signed and checked, 1 inferred from another program, 1 by the clock.")
    expect(stderr).toMatch(
      /^Error: 1 of 2 handoffs is not proven by signatures \(1 of 3 entries\); the first is \S+\n$/
    )
    // The log keeps the keys, whatever the file of the agents says.
    trust("full.agents.json", {})
    const logged = await signing.done("verify", "--require-signatures", "--id", id)
    expect(logged).toContain("2 entries: 1 signed and checked, 1 by the clock. Everything holds.\n")
    // Without the keys, the same signatures prove nothing.
    const exported = JSON.parse(await heldIn(cli, "full.json")) as ReadonlyArray<{ readonly record_id: string }>
    writeFileSync(cli.path("full-plain.json"), JSON.stringify(exported.filter(({ record_id }) => record_id === id)))
    const without = await cli.run(["verify", "--require-signatures", "--file", "full-plain.json"])
    expect(without.code).toBe(1)
    expect(without.stdout).toContain("No agents were named with --agents, so no signature was checked.\n")
    expect(without.stdout).toContain(
      "1 signed with an unknown key, 1 by the clock. Everything that was checked holds, but no signature was checked"
    )
    expect(without.stderr).toContain("1 of 1 handoff is not proven by signatures (1 of 2 entries); the first is ")
  })

  it("sign the events of an agent, by flag or environment, and verify requires that", async () => {
    const key = await register("signed.json", "executor", "executor.key")
    const { done, refused } = on(cli, "signed.json")
    const id = await cli.create("signed.json")
    await done("accept", "--id", id, "--key", "executor=executor.key")
    const environment = on(cli, "signed.json", { env: { AUMAI_HANDOFF_KEYS: "executor=executor.key" } })
    await environment.done("start", "--id", id)
    expect(await done("history", "--id", id)).toMatch(/Accepted {4}executor \(signed\)$/m)
    expect(await done("verify")).toContain(
      "3 entries: 2 signed and checked, 1 by agents without a key. Everything holds."
    )
    const offline = await cli.run(["verify", "--file", "signed.json"])
    expect([offline.code, offline.stderr]).toEqual([0, expect.stringContaining("2 signatures were not verified")])
    const checked = await cli.run(["verify", "--file", "signed.json", "--agents", "signed.agents.json"])
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining("2 signed and checked")])

    trust("others.agents.json", { executor: await keyOf("executor", "other.key") })
    const byOthers = await cli.run(["verify", "--file", "signed.json", "--agents", "others.agents.json"])
    expect([byOthers.code, byOthers.stdout]).toEqual([
      1,
      expect.stringContaining("at revision 2 of 3: Its signature is not that of executor")
    ])
    unsign("signed.json")
    const place = `Handoff ${id} does not hold at revision 3 of 3`
    expect((await refused("verify")).stdout).toContain(`${place}: It is not signed, and executor had the key ${key}\n`)
    const unsigned = await cli.run(["verify", "--file", "signed.json", "--agents", "signed.agents.json"])
    expect([unsigned.code, unsigned.stdout]).toEqual([
      1,
      expect.stringContaining(`${place}: It is not signed, and executor has had a key since 20`)
    ])
  })

  it("are needed to act in the name of their agent", async () => {
    const key = await register("acting.json", "executor", "acting.key")
    await keyOf("executor", "stranger.key")
    const { done, refused } = on(cli, "acting.json")
    const id = await cli.create("acting.json")
    const before = readFileSync(cli.path("acting.json"), "utf8")
    const sentence = `Error: Agent executor has the public key ${key}; acting in its name and changing it need its secret key\n`
    for (const [verb, ...words] of [
      ["accept", "--id", id],
      ["reject", "--id", id, "--reason", "No time"],
      ["forward", "--id", id, "--to", "analyst"],
      ["claim", "--agent", "executor"],
      ["create", "--from", "executor", "--to", "planner", "--task", "Pay the invoice"]
    ] as const) {
      for (const keys of [[], ["--key", "executor=stranger.key"], ["--key", "planner=acting.key"]]) {
        expect(await refused(verb, ...words, ...keys)).toEqual({ stdout: "", stderr: sentence })
      }
    }
    expect(readFileSync(cli.path("acting.json"), "utf8")).toBe(before)
    // Nobody needs it to act in another name.
    await done("cancel", "--id", id)
  })

  it.each([
    ["executor", "Invalid --key: expected AGENT=FILE such as executor=executor.key"],
    [secret, "Invalid --key: expected AGENT=FILE"],
    [`executor=${secret}`, "Invalid --key: expected AGENT=FILE"],
    ["executor=missing.key", "Invalid --key: cannot read missing.key (ENOENT)"],
    ["executor=no.key", "Invalid --key: no.key, named for executor, holds no secret key"]
  ])("are refused with a sentence if they are invalid: %s", async (key, sentence) => {
    writeFileSync(cli.path("no.key"), secret.slice(1))
    const { code, stderr } = await cli.run(["claim", "--agent", "executor", "--store", "keyed.json", "--key", key])
    expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)])
    expect(stderr).not.toContain(secret.slice(1))
  })

  it.each([
    ["status", "--id", "read"],
    ["where", "--id", "read"],
    ["chain", "--id", "read"],
    ["history", "--id", "read"],
    ["list"],
    ["inbox", "--agent", "executor"],
    ["stats"],
    ["verify"],
    ["verify", "--id", "read"],
    ["doctor"],
    ["export"],
    ["sweep"],
    ["agents", "list"],
    ["copy", "--from", "read.json", "--to", "memory:"]
  ])("are not read by a command that signs nothing: %s %s %s", async (...words) => {
    const file = { store: "read.json", id: "read" }
    if (!existsSync(cli.path("read.json"))) await cli.create(file.store, { id: file.id })
    const env = { AUMAI_HANDOFF_KEYS: "executor=missing.key" }
    const store = words[0] === "copy" ? [] : ["--store", "read.json"]
    for (const key of [[], ["--key", "executor=missing.key"]]) {
      const { code, stderr } = await cli.run([...words, ...store, ...key], { env })
      expect([code, stderr]).toEqual([0, expect.not.stringContaining("missing.key")])
    }
  })

  const warnings = async (file: string) => {
    const key = `executor=${file}`
    const { stderr } = await cli.run(["claim", "--agent", "executor", "--store", "warned.json", "--key", key])
    return stderr.split("\n").filter((line) => line !== "")
  }

  it.skipIf(process.getuid?.() !== 0)("of another user are warned of", async () => {
    await keyOf("executor", "their.key")
    chownSync(cli.path("their.key"), 12_345, 12_345)
    expect(await warnings("their.key")).toEqual([
      "Warning: the key file their.key is not safe: it belongs to another user; run: sudo chown 0 their.key"
    ])
  })

  it.skipIf(process.platform === "win32")("that other users may read or replace are warned of", async () => {
    await keyOf("executor", "lone.key")
    expect(await warnings("lone.key")).toEqual([])
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      chmodSync(cli.path("lone.key"), mode)
      expect(await warnings("lone.key")).toEqual([
        "Warning: the key file lone.key is not safe: other users may read it; run: chmod 600 lone.key"
      ])
    }
    mkdirSync(cli.path("open"))
    chmodSync(cli.path("open"), 0o777)
    const { stderr } = await cli.run(["keygen", "--out", "open/new.key"])
    const replaced = "Warning: the key file open/new.key is not safe: other users may replace it; run: chmod o-w open"
    expect(stderr).toBe(`${replaced}\n`)
    expect(await warnings("open/new.key")).toEqual([replaced])
    chmodSync(cli.path("open"), 0o1777)
    expect(await warnings("open/new.key")).toEqual([])
  })
})
