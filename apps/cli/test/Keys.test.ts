import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { decodeArchived, entryDigest } from "@aumai/handoff-protocol"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { heldIn } from "./life.ts"
import { on } from "./telling.ts"

const cli = command()
const fixture = fileURLToPath(new URL("../../../packages/protocol/test/fixtures/handoffs-python.json", import.meta.url))

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

  /**
   * Takes the signature from the last entry of the only handoff of a JSON store, and computes its digest again. Removes the
   * trail, which still has the signature.
   */
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
    rmSync(cli.path(`${name}-trail`))
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
      "1 by an unknown key, 1 by the clock. Everything that was checked holds, but no signature was checked"
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

  it("take any agent and any file in double quotes, in the flag and in the variable", async () => {
    const [agent, file] = ['a=b, "c"', "odd, one=.key"]
    await keyOf("other", "plain.key")
    await keyOf(agent, file)
    const key = `${JSON.stringify(agent)}=${JSON.stringify(file)}`
    const id = await cli.create("odd.json", { to: agent })
    const { stdout } = await cli.run(["keygen", "--id", agent, "--out", "hint.key"])
    expect(stdout).toContain(`--key '"a=b, \\"c\\""=hint.key'`)
    const publicKey = await keyOf(agent, "odd, two.key")
    const words = ["register", "--id", agent, "--capability", "x", "--public-key", publicKey]
    const next = `${JSON.stringify(agent)}="odd, two.key"`
    const { done, refused } = on(cli, "odd.json")
    await done("agents", ...words, "--key", next)
    await refused("accept", "--id", id, "--key", key)
    await done("accept", "--id", id, "--key", next)
    const env = { AUMAI_HANDOFF_KEYS: `other=plain.key, ${next} ,` }
    expect(await cli.run(["start", "--id", id, "--store", "odd.json"], { env })).toMatchObject({ code: 0, stderr: "" })
  })

  const warnings = async (file: string) => {
    const key = `executor=${file}`
    writeFileSync(cli.path("warned.json"), "[]\n")
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
