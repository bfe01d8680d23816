import { createPublicKey, verify } from "node:crypto"
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

import { type Entry, HandoffStore } from "@aumai/handoff-core"
import { AgentId, entryDigest, HandoffRequest, RecordId, replay } from "@aumai/handoff-protocol"
import { storeLayer } from "@aumai/handoff/node"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"

import { rewrite } from "../../../packages/testing/src/python.ts"
import { command } from "./command.ts"
import { on } from "./telling.ts"

const cli = command()

/** Seven entries of three handoffs. */
const lived = async (store: string) => {
  const { done } = on(cli, store)
  for (const id of ["one", "two"]) await cli.create(store, { id, task: "引き渡し" })
  await done("accept", "--id", "one", "--reason", "On it")
  await done("accept", "--id", "two")
  await done("start", "--id", "one")
  await cli.create(store, { id: "three" })
  await done("reject", "--id", "three", "--reason", "No time")
}

const keyOf = async (name: string): Promise<string> => {
  const { stdout } = await cli.run(["keygen", "--out", cli.path(name), "--json"])
  const { public_key } = JSON.parse(stdout) as { readonly public_key: string }
  return public_key
}

/** Writes a checkpoint of a store to a file, and returns the words that verify it. */
const checkpointed = async (store: string, file: string): Promise<ReadonlyArray<string>> => {
  const key = await keyOf(`${file}.key`)
  const { code, stdout } = await cli.run(["checkpoint", "--key", `${file}.key`, "--store", store])
  expect(code).toBe(0)
  writeFileSync(cli.path(file), stdout)
  return ["verify", "--checkpoint", file, "--checkpoint-key", key, "--store", store]
}

type Log = ReadonlyArray<Pick<Entry, "recordId" | "event">>

/** Empties a store, whose log keeps its name. */
const empty = (file: string) => {
  if (file.endsWith(".json")) {
    rmSync(`${file}-trail`, { force: true })
    return writeFileSync(file, "[]")
  }
  const db = new DatabaseSync(file)
  db.exec("DELETE FROM log; DELETE FROM handoffs; DELETE FROM tally")
  db.close()
}

/**
 * Writes a store again with a log that a forger has changed, at the same place. The forger has this program and computes
 * every revision, digest, state and counter again, so that `verify` alone finds nothing.
 */
const forge = async (file: string, location: string, change: (log: Log) => Log): Promise<void> => {
  const run = <A, E>(work: (store: HandoffStore["Service"]) => Effect.Effect<A, E>) =>
    Effect.runPromise(Effect.provide(Effect.flatMap(HandoffStore, work), storeLayer(location)))
  const log = change(await run((store) => store.log({ limit: 100 })))
  empty(file)
  await run((store) =>
    Effect.gen(function* () {
      const histories = new Map<RecordId, Array<Entry["event"]>>()
      for (const { event, recordId } of log) {
        const history = histories.get(recordId) ?? []
        histories.set(recordId, history)
        const last = history.at(-1)
        const linked = last === undefined ? event : { ...event, prev: entryDigest(recordId, history.length, last) }
        history.push(linked)
        const record = Result.getOrThrow(replay(recordId, history))
        yield* store.commit([{ record, event: linked }])
      }
    })
  )
}

const at = (index: number, change: (entry: Log[number]) => Log) => (log: Log) =>
  log.flatMap((entry, place) => (place === index ? change(entry) : [entry]))

const inserted: Log[number] = {
  recordId: RecordId.make("zero"),
  event: {
    _tag: "Created",
    at: DateTime.makeUnsafe("2026-01-01T00:00:00Z"),
    by: AgentId.make("planner"),
    request: HandoffRequest.make({
      fromAgent: AgentId.make("planner"),
      toAgent: AgentId.make("executor"),
      taskDescription: "Pay the invoice"
    })
  }
}

const earlier = (entry: Log[number], milliseconds: number): Log => [
  { ...entry, event: { ...entry.event, at: DateTime.subtract(entry.event.at, { milliseconds }) } }
]

/** Moves the key of an agent to the beginning of the log, or says that it was registered a century earlier. */
const backdate = (file: string, isMoved: boolean) => {
  if (file.endsWith(".json")) {
    const keys = file.replace(/json$/, "log.json")
    const text = readFileSync(keys, "utf8")
    let position = 0
    const moved = () => `"position": ${(position += 1)}`
    return writeFileSync(keys, isMoved ? text.replaceAll(/"position": \d+/g, moved) : text.replaceAll(`"20`, `"19`))
  }
  const db = new DatabaseSync(file)
  db.exec(isMoved ? "UPDATE keys SET position = 0" : `UPDATE keys SET event = replace(event, '"20', '"19')`)
  db.close()
}

const noKeys = "No agent has a key, so no signature was checked.\n"
const changed = "Entries were changed, removed, inserted or moved: the first 7 are not those that the checkpoint saw\n"
const shorter = (count: number) => `Entries were removed: the log has ${count}, but the checkpoint saw 7\n`

describe.each([
  ["a JSON file", "handoffs.json", (file: string) => file],
  ["SQLite", "handoffs.db", (file: string) => `sqlite:${file}`]
])("a checkpoint of %s", (_, name, locationOf) => {
  const fresh = async (prefix: string) => {
    const file = cli.path(`${prefix}-${name}`)
    const location = locationOf(file)
    await lived(location)
    const words = await checkpointed(location, `${prefix}-${name}.checkpoint`)
    return { file, location, words }
  }

  it("holds for the same log, and while it grows", async () => {
    const { location, words } = await fresh("growing")
    const holds = "The checkpoint holds: the first 7 entries are those that the checkpoint saw\n"
    expect(await cli.run(words)).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining(holds) })
    const { done } = on(cli, location)
    await done("complete", "--id", "one")
    await cli.create(location, { id: "four" })
    const { code, stdout } = await cli.run(words)
    const counted = "Checked 4 handoffs with 9 entries: 9 by agents without a key. Everything holds, but none is signed"
    expect([code, stdout]).toEqual([0, `${noKeys}${holds}${counted}: digests show later changes, not authorship.\n`])
    expect(JSON.parse((await cli.run([...words, "--json"])).stdout)).toMatchObject({
      checkpoint: { size: 7, holds: true, sentence: holds.trimEnd() }
    })
  })

  it.each<readonly [string, (log: Log) => Log, string]>([
    ["its last entry was removed", (log) => log.slice(0, -1), shorter(6)],
    ["all entries but the first were removed", (log) => log.slice(0, 1), shorter(1)],
    ["a handoff was dropped from the middle", (log) => log.filter(({ recordId }) => recordId !== "two"), shorter(5)],
    [
      "a handoff was dropped and others added",
      (log) => [
        ...log.filter(({ recordId }) => recordId !== "three"),
        inserted,
        { ...inserted, recordId: RecordId.make("more") }
      ],
      changed
    ],
    [
      "an entry was edited, and all later digests computed again",
      at(2, ({ event, recordId }) => [{ recordId, event: { ...event, reason: "Off it" } as typeof event }]),
      changed
    ],
    ["an entry was backdated by a millisecond", at(5, (entry) => earlier(entry, 1)), changed],
    ["a history was inserted at the beginning", (log) => [inserted, ...log], changed],
    ["a history was inserted before the last entry", at(6, (entry) => [inserted, entry]), changed],
    [
      "two entries changed places",
      (log) => [log[1], log[0], ...log.slice(2)].filter((entry) => entry !== undefined),
      changed
    ]
  ])("finds that %s, where verify alone does not", async (what, change, sentence) => {
    const { file, location, words } = await fresh(what.replaceAll(/\W/g, ""))
    await forge(file, location, change)
    const alone = await cli.run(["verify", "--store", location])
    expect([alone.code, alone.stdout]).toEqual([0, expect.stringContaining("Everything holds")])
    const { code, stderr, stdout } = await cli.run(words)
    expect([code, stderr, stdout]).toEqual([
      1,
      "Error: the checkpoint does not hold\n",
      expect.stringContaining(sentence)
    ])
    expect(stdout).not.toContain("Everything")
  })

  it.each(["position", "moment"])("finds that the %s of the key of an agent was changed", async (what) => {
    const file = cli.path(`keyed-${what}-${name}`)
    const location = locationOf(file)
    await cli.create(location, { id: "one" })
    const publicKey = await keyOf(`keyed-${what}-${name}.auditor`)
    const registration = ["register", "--id", "auditor", "--capability", "audit", "--public-key", publicKey]
    const signing = ["--key", `auditor=keyed-${what}-${name}.auditor`, "--store", location]
    expect((await cli.run(["agents", ...registration, ...signing])).code).toBe(0)
    await on(cli, location).done("accept", "--id", "one")
    const words = await checkpointed(location, `keyed-${what}-${name}.checkpoint`)
    expect((await cli.run(words)).stdout).toContain("The checkpoint holds: the first 4 entries")
    backdate(file, what === "position")
    const { code, stdout } = await cli.run(words)
    expect([code, stdout]).toEqual([1, expect.stringContaining(changed.replace("7", "4"))])
  })

  it("is refused for a copy, which has a log of another name", async () => {
    const { location, words } = await fresh("source")
    const copy = locationOf(cli.path(`copy-${name}`))
    await cli.run(["copy", "--from", location, "--to", copy])
    const { code, stderr, stdout } = await cli.run([...words.slice(0, -1), copy])
    expect([code, stderr]).toEqual([1, "Error: the checkpoint does not hold\n"])
    expect(stdout).toMatch(/^The checkpoint is of the log [0-9a-z]{26}, but this store has the log [0-9a-z]{26}$/m)
    expect(stdout).not.toContain("Everything")
  })

  it("holds for a store that was written again unchanged, so that the tests above find the change alone", async () => {
    const { file, location, words } = await fresh("again")
    await forge(file, location, (log) => log)
    expect((await cli.run(words)).code).toBe(0)
  })
})

describe("a checkpoint", () => {
  it("finds rows that were deleted from the end of a database", async () => {
    const location = `sqlite:${cli.path("rows.db")}`
    await lived(location)
    const words = await checkpointed(location, "rows.checkpoint")
    const db = new DatabaseSync(cli.path("rows.db"))
    db.exec("DELETE FROM log WHERE record_id = 'three'; DELETE FROM handoffs WHERE id = 'three'")
    db.close()
    const { code, stderr, stdout } = await cli.run(words)
    expect([code, stdout]).toEqual([1, expect.stringContaining(shorter(5))])
    expect(stderr).toContain("and the checkpoint does not hold")
  })

  it("holds after another program replaced the histories of a JSON file, unless the trail is gone, too", async () => {
    const location = cli.path("rewritten.json")
    await lived(location)
    const words = await checkpointed(location, "rewritten.checkpoint")
    rewrite(location, (records) => records)
    expect(await cli.run(words)).toMatchObject({ code: 0 })
    rmSync(`${location}-trail`)
    const { code, stdout } = await cli.run(words)
    expect([code, stdout]).toEqual([1, expect.stringContaining("but the checkpoint saw 7")])
  })

  it("of a file of the Python tool holds while the store grows", async () => {
    const fixture = new URL("../../../packages/protocol/test/fixtures/handoffs-python.json", import.meta.url)
    copyFileSync(fixture, cli.path("python.json"))
    const words = await checkpointed("python.json", "python.checkpoint")
    await cli.create("python.json", { id: "later" })
    expect(await cli.run(words)).toMatchObject({ code: 0 })
  })

  it("is a note that other programs can verify, and as JSON has the same note", async () => {
    await lived("note.json")
    const x = await keyOf("note.key")
    const { stdout, stderr } = await cli.run(["checkpoint", "--key", "note.key", "--store", "note.json"])
    const [origin = "", size, root = "", , line = ""] = stdout.split("\n")
    expect([origin, size]).toEqual([expect.stringMatching(/^aumai-handoff\/[0-9a-hjkmnp-tv-z]{26}$/), "7"])
    const signature = Buffer.from(line.split(" ")[2] ?? "", "base64").subarray(4)
    const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })
    expect(verify(null, Buffer.from(`${origin}\n7\n${root}\n`), publicKey, signature)).toBe(true)
    const [, verifierKey = ""] = /--checkpoint-key (\S+)\n$/.exec(stderr) ?? []
    writeFileSync(cli.path("note.txt"), stdout)
    const words = ["verify", "--checkpoint", "note.txt", "--store", "note.json", "--checkpoint-key"]
    expect(await cli.run([...words, verifierKey])).toMatchObject({ code: 0 })
    writeFileSync(cli.path("note.pub"), `${verifierKey}\n`)
    expect(await cli.run([...words, "note.pub"])).toMatchObject({ code: 0 })
    expect(await cli.run([...words.with(2, "-"), x], { stdin: stdout })).toMatchObject({ code: 0 })
    const json = await cli.run(["checkpoint", "--key", "log=note.key", "--json", "--store", "note.json"])
    expect(JSON.parse(json.stdout)).toEqual({
      origin,
      size: 7,
      root: Buffer.from(root, "base64").toString("hex"),
      note: stdout,
      verifier_key: verifierKey
    })
  })

  it("keeps the signatures of witnesses, and says that they were not verified", async () => {
    await lived("witnessed.json")
    const words = await checkpointed("witnessed.json", "witnessed.checkpoint")
    const note = readFileSync(cli.path("witnessed.checkpoint"), "utf8")
    writeFileSync(cli.path("witnessed.checkpoint"), `${note}— witness.example.com/w1 AAAAAAAA\n`)
    const { code, stderr } = await cli.run(words)
    expect([code, stderr]).toEqual([0, "The checkpoint has 1 other signature, not verified: witness.example.com/w1\n"])
  })

  it("is refused before the store is read, if it is changed or signed by another key", async () => {
    await lived("refused.json")
    const words = await checkpointed("refused.json", "refused.checkpoint")
    const other = await keyOf("other.key")
    const byOther = await cli.run(words.map((word, index) => (index === 4 ? other : word)))
    expect(byOther).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^Error: Invalid checkpoint: It is not signed by the key aumai-handoff\//)
    })
    const note = readFileSync(cli.path("refused.checkpoint"), "utf8")
    writeFileSync(cli.path("refused.checkpoint"), note.replace("\n7\n", "\n6\n"))
    expect(await cli.run(words)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("The signature is not that of the key")
    })
  })

  it("needs one file with a secret key, and does not repeat a key given in its place", async () => {
    await lived("keys.json")
    await keyOf("keys.key")
    const secret = readFileSync(cli.path("keys.key"), "utf8").trim()
    const { refused } = on(cli, "keys.json")
    for (const words of [
      [],
      ["--key", secret],
      ["--key", `log=${secret}`],
      ["--key", "keys.key", "--key", "keys.key"]
    ]) {
      const { stderr } = await refused("checkpoint", ...words)
      expect(stderr).toContain("Error: Invalid --key: expected one file with a secret key: --key FILE")
      expect(stderr).not.toContain(secret)
    }
    writeFileSync(cli.path("empty.key"), "no key", { mode: 0o600 })
    expect((await refused("checkpoint", "--key", "empty.key")).stderr).toContain("Invalid --key: Expected 32 bytes")
  })

  it("is about a whole store, and needs its key", async () => {
    const { refused } = on(cli, "keys.json")
    const named = ["--checkpoint", "note.txt", "--checkpoint-key", "note.pub"]
    expect((await refused("verify", ...named, "--id", "one")).stderr).toContain("use it without --id and --file")
    expect((await refused("verify", ...named, "--file", "keys.json")).stderr).toContain(
      "use it without --id and --file"
    )
    for (const words of [named.slice(0, 2), named.slice(2)]) {
      expect((await refused("verify", ...words)).stderr).toContain("use it with --checkpoint-key")
    }
  })
})
