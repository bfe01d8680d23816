import { copyFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { archivesOn, none } from "./archives.ts"
import { command } from "./command.ts"
import { heldIn } from "./life.ts"
import { on } from "./telling.ts"

const cli = command()
const { agentsOf, imported, listed, lived, write } = archivesOn(cli)

type Json = Readonly<Record<string, unknown>>

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

  it("refuses one if the operator of the archive has replaced the key that is trusted", async () => {
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
    const { code, stdout } = await cli.run(words)
    expect([code, stdout]).toEqual([1, expect.stringContaining("Its signature is not that of executor")])
    expect(stdout).not.toContain("signed and checked")
  })
})
