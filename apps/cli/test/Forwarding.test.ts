import { readFileSync, rmSync, writeFileSync } from "node:fs"

import type { ChainLink } from "@aumai/handoff-core"
import { AgentId, create, HandoffRequest, RecordId } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"
import { describe, expect, it } from "vitest"

import { chainJson, chainText } from "../src/output/ChainText.ts"
import { command } from "./command.ts"
import { heldIn } from "./life.ts"
import { foreign, isClean, on } from "./telling.ts"

const cli = command()

describe("forward", () => {
  it("hands on to a named agent with a hand-back, fences off the previous holder, and never returns to it", async () => {
    const { done, refused } = on(cli, "named.json")
    const id = await cli.create("named.json", { "max-hops": "2" })
    await done("accept", "--id", id)
    const learnt = ["--done", "Pages 1 to 4", "--remaining", "Page 5", "--pitfall", "- it is blurred"]
    expect(await done("forward", "--id", id, "--to", "分析者", "--reason", "A question of statistics", ...learnt)).toBe(
      `Handoff ${id} is pending (attempt 2, 1 of 3 for 分析者); waits for 分析者\n`
    )
    const status = await done("status", "--id", id)
    expect(status).toContain("\nTo:         executor\n")
    expect(status).toContain("\nHops:       executor -> 分析者 (1 of 2)\n")
    expect(status).toContain("\nHand-back:  done: Pages 1 to 4 / remaining: Page 5 / pitfalls: - it is blurred\n")
    expect(await done("list")).toContain("planner -> 分析者")
    expect(await done("inbox", "--agent", "分析者")).toContain(id)
    expect(await done("inbox", "--agent", "executor")).toBe("Nothing waits for executor\n")
    expect(await done("where", "--id", id)).toContain("\nIts path is executor -> 分析者, 1 of 2 hops.\n")
    expect(JSON.parse(await done("where", "--id", id, "--json"))).toMatchObject({
      hops: [{ receiver: "分析者", attempt: 2 }],
      max_hops: 2
    })

    const late = await refused("complete", "--id", id, "--attempt", "1")
    expect(late.stderr).toContain("names attempt 1, which is over")
    const wrong = await refused("forward", "--id", id, "--to", "other", "--by", "executor")
    expect(wrong.stderr).toBe(`Error: executor is not the receiver of handoff ${id}; \`forward\` is for 分析者\n`)
    const back = await refused("forward", "--id", id, "--to", "executor")
    expect(back.stderr).toContain("executor has had handoff")
    await done("forward", "--id", id, "--to", "third")
    const end = await refused("forward", "--id", id, "--to", "fourth")
    expect(end.stderr).toContain("was forwarded 2 times, as often as its request allows")
    expect(await done("history", "--id", id)).toMatch(
      /Forwarded {3}executor: to 分析者; A question of statistics; done: Pages 1 to 4 \/ remaining: Page 5/
    )
    expect((await refused("forward", "--id", "gone", "--to", "x")).stderr).toBe("Error: No handoff gone\n")
  })

  it("lets the router choose, and prints its reason", async () => {
    const { done, refused } = on(cli, "routed.json")
    const id = await cli.create("routed.json", { task: "Visualize the totals", requires: "visualize" })
    expect((await refused("forward", "--id", id)).stderr).toContain("No agent can visualize besides the sender planner")
    await done("agents", "register", "--id", "carol", "--capability", "visualize")
    expect(await done("forward", "--id", id)).toBe(
      `Handoff ${id} is pending (attempt 2, 1 of 3 for carol); waits for carol\n  carol can visualize\n`
    )
    const record = JSON.parse(await done("forward", "--id", id, "--to", "dave", "--json")) as { readonly hops: unknown }
    expect(record.hops).toMatchObject([{ receiver: "carol" }, { receiver: "dave" }])
  })

  it("re-routes when the receiver declines, if the request allows it", async () => {
    const { done } = on(cli, "rerouted.json")
    await done("agents", "register", "--id", "carol", "--capability", "visualize")
    const words = ["--from", "planner", "--to", "executor", "--task", "Visualize", "--reroute", "--accept-by", "1h"]
    const id = /^Created handoff (\S+)/.exec(await done("create", ...words))?.[1] ?? ""
    expect(await done("where", "--id", id)).toContain(
      "Next timer: it goes to the next capable agent; without one, it expires in "
    )
    expect(await done("reject", "--id", id, "--reason", "Busy")).toBe(
      `Handoff ${id} is pending (attempt 2, 1 of 3 for carol); waits for carol\n  carol can visualize\n`
    )
    expect(await done("history", "--id", id)).toMatch(
      /Forwarded {3}executor: to carol because it was declined; Busy; routed: carol can visualize$/m
    )
  })
})

describe("delegate and chain", () => {
  it("delegates parts, prints the chain from any of them, and refuses to complete the whole while they are open", async () => {
    const { done, refused } = on(cli, "parts.json")
    const id = await cli.create("parts.json", { task: "Close Q3" })
    const early = await refused("delegate", "--id", id, "--to", "analyst", "--task", "Totals")
    expect(early.stderr).toContain(`Handoff ${id} is pending; \`delegate\` needs an accepted or in_progress handoff`)
    await done("accept", "--id", id)
    const words = ["--to", "analyst", "--task", "Check the 合計", "--part-id", "part-1"]
    expect(await done("delegate", "--id", id, ...words)).toBe(
      `Created handoff part-1\n  executor -> analyst, priority 5, a part of ${id}\n`
    )
    // Repeated with its id, it gives the same part.
    await done("delegate", "--id", id, ...words)
    const clash = await refused("delegate", "--id", id, "--to", "x", "--task", "y", "--part-id", "part-1")
    expect(clash.stderr).toContain("exists already with another request")
    await done("accept", "--id", "part-1")
    await done("delegate", "--id", "part-1", "--to", "deep", "--task", "Deep", "--part-id", "deep-1")
    await done("delegate", "--id", id, "--to", "artist", "--task", "Charts", "--part-id", "part-2")
    const wrong = await refused("delegate", "--id", id, "--to", "x", "--task", "y", "--by", "analyst")
    expect(wrong.stderr).toBe(`Error: analyst is not the receiver of handoff ${id}; \`delegate\` is for executor\n`)

    expect(await done("chain", "--id", "deep-1")).toBe(
      [
        `${id}  accepted  executor  Close Q3`,
        "├─ part-1  accepted  analyst  Check the 合計",
        "│  └─ deep-1  pending  deep  Deep  <- this one",
        "└─ part-2  pending  artist  Charts",
        ""
      ].join("\n")
    )
    expect(JSON.parse(await done("chain", "--id", "part-2", "--json"))).toMatchObject({
      root: {
        record: { record_id: id, parts: 2 },
        parts: [
          { record: { record_id: "part-1" }, parts: [{ record: { record_id: "deep-1" }, parts: [] }] },
          { record: { record_id: "part-2" } }
        ]
      },
      is_cut: false
    })
    expect(await done("status", "--id", id)).toContain("\nParts:      2 delegated; 'chain' shows them\n")
    const open = await refused("complete", "--id", id)
    expect(open.stderr).toBe(
      `Error: Handoff ${id} has parts that are open: part-1, part-2; wait for them, cancel them, or complete it without them\n`
    )
    await done("complete", "--id", id, "--leave-parts")
    expect(await done("history", "--id", id)).toMatch(/Completed {3}executor: \{\}; leaves its open parts$/m)
    const single = await cli.create("parts.json")
    expect(await done("chain", "--id", single)).toBe(`${single}  pending  executor  Generate Q3 report\n`)
    expect((await refused("chain", "--id", "gone")).stderr).toBe("Error: No handoff gone\n")
  })

  it("prints delegated parts first, and marks handoffs that only name a parent", async () => {
    const { done } = on(cli, "marked.json")
    const id = await cli.create("marked.json")
    await done("accept", "--id", id)
    const stranger = ["--from", "stranger", "--to", "nobody", "--task", "Noise"]
    await done("create", ...stranger, "--id", "noise-1", "--parent", id)
    await done("delegate", "--id", id, "--to", "artist", "--task", "Charts", "--part-id", "part-1")
    expect(await done("chain", "--id", id)).toBe(
      [
        `${id}  accepted  executor  Generate Q3 report  <- this one`,
        "├─ part-1  pending  artist  Charts",
        "└─ noise-1  pending  nobody  Noise  (names it as parent)",
        ""
      ].join("\n")
    )
    expect(JSON.parse(await done("chain", "--id", id, "--json"))).toMatchObject({
      root: {
        is_delegated: true,
        parts: [
          { record: { record_id: "part-1" }, is_delegated: true },
          { record: { record_id: "noise-1" }, is_delegated: false }
        ]
      }
    })
  })

  it("prints a chain that is deeper than the call stack", () => {
    const asked = RecordId.make("r3000")
    let root: ChainLink | undefined
    for (let level = 5999; level >= 0; level--) {
      const record = create(RecordId.make(`r${level}`), {
        _tag: "Created",
        at: DateTime.makeUnsafe("2026-01-01T00:00:00Z"),
        by: AgentId.make("a"),
        request: HandoffRequest.make({ fromAgent: AgentId.make("a"), toAgent: AgentId.make("b"), taskDescription: "t" })
      })
      root = { record, isDelegated: true, parts: root === undefined ? [] : [root] }
    }
    if (root === undefined) throw new Error("There is no chain")
    const lines = chainText({ root, isCut: false }, asked).split("\n")
    expect(lines.slice(0, 2)).toEqual(["r0  pending  b  t", "└─ r1  pending  b  t"])
    expect(lines[3000]).toBe(`${" ".repeat(48)}└─ (3000) r3000  pending  b  t  <- this one`)
    expect(lines).toHaveLength(6000)
    expect(chainJson({ root, isCut: false }).endsWith(`${"]}".repeat(6000)},"is_cut":false}`)).toBe(true)
  })

  it("cancels the open parts with the whole", async () => {
    const { done } = on(cli, "along.json")
    const id = await cli.create("along.json")
    await done("accept", "--id", id)
    await done("delegate", "--id", id, "--to", "analyst", "--task", "Totals", "--part-id", "along-1")
    await done("cancel", "--id", id)
    expect(await done("chain", "--id", id)).toContain("└─ along-1  cancelled  analyst  Totals")
  })

  it("accepts a part that was cancelled with its whole in any order of a file, and no part that was not", async () => {
    const { done } = on(cli, "beside.json")
    const id = await cli.create("beside.json")
    await done("accept", "--id", id)
    await done("delegate", "--id", id, "--to", "analyst", "--task", "Totals", "--part-id", "beside-1")
    const records = async (): Promise<ReadonlyArray<{ readonly record_id: string }>> =>
      JSON.parse(await heldIn(cli, "beside.json"))
    const open = (await records()).find(({ record_id }) => record_id === id)
    await done("cancel", "--id", id)
    const [whole, part] = (await records()).toSorted((a) => (a.record_id === id ? -1 : 1))
    const told = async (name: string, ...all: ReadonlyArray<unknown>) => {
      writeFileSync(cli.path(name), JSON.stringify(all))
      const verified = await cli.run(["verify", "--file", name])
      const imported = await cli.run(["import", "--file", name, "--store", `store-${name}`])
      return [verified.code, verified.stdout, imported.code, imported.stdout, imported.stderr]
    }
    const nothing = "No agents were named with --agents, so no signature was checked.\n"
    const counted = "Checked 2 handoffs with 6 entries: 6 by agents without a key. Everything holds, but none is signed"
    const holds = `${nothing}${counted}: digests show later changes, not authorship.\n`
    expect(await told("whole-first.json", whole, part)).toEqual([0, holds, 0, "2 added\n", ""])
    expect(await told("part-first.json", part, whole)).toEqual([0, holds, 0, "2 added\n", ""])
    const copied = await cli.run(["copy", "--from", "part-first.json", "--to", "beside-copy.json"])
    expect(copied.stdout).toContain("2 added\n")

    const because = `It was cancelled along with ${id}, but handoff ${id} is`
    const forged = await told("forged.json", part, open)
    expect(forged[1]).toContain(`Handoff beside-1 does not hold at revision 2 of 2: ${because} open\n`)
    expect(forged.slice(2)).toEqual([
      1,
      "1 added\n1 left out: they do not hold\n",
      `  beside-1: ${because} open\nError: Invalid forged.json: 1 of 2 handoffs do not hold and were left out\n`
    ])
    const alone = await told("alone.json", part)
    expect(alone[1]).toContain(" 1 handoff is unproven. Everything that was checked holds, but none is signed")
    expect(alone[4]).toContain(`  beside-1: ${because} missing or cannot be read\n`)
  })

  it("strips escape sequences for the terminal", async () => {
    const { done } = on(cli, "hostile.json")
    const id = await cli.create("hostile.json", { task: foreign })
    await done("forward", "--id", id, "--to", "分析者", "--reason", foreign)
    // A version that judged no names wrote such a name.
    const file = cli.path("hostile.json")
    rmSync(`${file}-trail`)
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("分析者", "分析\\u001B]0;title\\u0007者"))
    for (const words of [["chain"], ["status"], ["where"], ["history"]]) {
      const stdout = await done(...words, "--id", id)
      expect(stdout).toContain("分析")
      expect(isClean(stdout)).toBe(true)
    }
  })
})
