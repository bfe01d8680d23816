import { writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { foreign, isClean, on } from "./telling.ts"

const cli = command()

const briefing = {
  severity: "watcher",
  summary: "The ledger of Q3 is complete but for two invoices.",
  actions: [{ id: "invoices", task: "Ask for the two invoices", owner: "executor", due: "2030-01-01T00:00:00Z" }],
  situation: { known: ["Both are from 供应商"], open: ["Whether they were paid"] },
  contingencies: [{ id: "late", if: "they do not come by Friday", then: "report without them" }],
  read_back: {}
}

const briefed = (store: string, more: object = {}) =>
  cli.create(store, { briefing: JSON.stringify({ ...briefing, ...more }) })

describe("a briefing that is read back", () => {
  it("is printed, restated in two steps, confirmed because of a question, and then started", async () => {
    const { done, refused } = on(cli, "steps.json")
    writeFileSync(cli.path("briefing.json"), JSON.stringify(briefing))
    const id = await cli.create("steps.json", { "briefing-file": "briefing.json" })
    const waiting = await done("status", "--id", id)
    expect(waiting).toContain("\nBriefing:   watcher: The ledger of Q3 is complete but for two invoices.\n")
    expect(waiting).toContain(
      "\n  Action:   invoices: Ask for the two invoices (executor, due 2030-01-01T00:00:00.000Z)\n"
    )
    expect(waiting).toContain("\n  Known:    Both are from 供应商\n  Open:     Whether they were paid\n")
    expect(waiting).toContain("\n  If:       late: they do not come by Friday -> report without them\n")
    expect(waiting).toContain("\nRead-back:  required; 0 of 2 understood; not restated: invoices, late\n")

    expect(await done("accept", "--id", id, "--summary", "Two invoices", "--understood", "invoices")).toBe(
      [
        `Handoff ${id} is accepted; waits for executor`,
        "  Before it starts, executor must read its briefing back; still to restate: late",
        `  aumai-handoff restate --id ${id} --summary '…' --understood late --store steps.json`,
        ""
      ].join("\n")
    )
    expect((await refused("start", "--id", id)).stderr).toBe(
      `Error: Handoff ${id}: \`start\` needs a read-back of the briefing; the receiver must \`restate\` late\n`
    )
    expect((await refused("confirm", "--id", id)).stderr).toContain("the receiver must `restate` late")
    expect(await done("restate", "--id", id, "--summary", "By Friday", "--question", "late=Whose Friday?")).toBe(
      [
        `Handoff ${id} is accepted; waits for planner`,
        "  Before it starts, planner must confirm the read-back; not understood: late (question)",
        `  aumai-handoff confirm --id ${id} --correct '…' --store steps.json`,
        ""
      ].join("\n")
    )
    expect(await done("where", "--id", id)).toContain("planner must confirm the read-back")
    expect(JSON.parse(await done("where", "--id", id, "--json"))).toMatchObject({ turn: "planner", awaits: "sender" })
    expect((await refused("confirm", "--id", id, "--by", "executor")).stderr).toBe(
      `Error: executor is not the sender of handoff ${id}; \`confirm\` is for planner\n`
    )
    expect(await done("confirm", "--id", id, "--correct", "Ours.")).toBe(
      `Handoff ${id} is accepted; waits for executor\n`
    )
    await done("start", "--id", id)
    const status = await done("status", "--id", id)
    expect(status).toContain("report without them [question: Whose Friday?]\n")
    expect(status).toContain("\nRead-back:  By Friday (1 of 2 understood; question: late)\n")
    expect(status).toMatch(/^ {2}Confirm: {2}\S+Z, corrected: Ours\.$/m)
    const history = await done("history", "--id", id)
    expect(history).toMatch(/Accepted {4}executor: read back: Two invoices; understood: invoices$/m)
    expect(history).toMatch(/Restated {4}executor: read back: By Friday; question: late \(Whose Friday\?\)$/m)
    expect(history).toMatch(/Confirmed {3}planner: set right: Ours\.$/m)
  })

  it.each([
    [
      "JSON",
      ["--read-back", `{"summary": "Two 請求書", "items": [{"id": "invoices", "answer": "understood"}]}`],
      ["--understood", "late"]
    ],
    ["a file", ["--read-back-file", "read-back.json"], []],
    ["text", ["--read-back", "Two 請求書, by Friday"], ["--understood", "invoices, late"]]
  ])("may be restated as %s, and started when all items are understood", async (_, readBack, more) => {
    writeFileSync(
      cli.path("read-back.json"),
      JSON.stringify({
        summary: "Both",
        items: ["invoices", "late"].map((id) => ({ id, answer: "understood" }))
      })
    )
    const { done } = on(cli, "forms.json")
    const id = await briefed("forms.json")
    expect(await done("accept", "--id", id, ...readBack, ...more)).toBe(
      `Handoff ${id} is accepted; waits for executor\n`
    )
    await done("start", "--id", id)
  })

  it("prints the command to restate it after a claim", async () => {
    const { done } = on(cli, "claimed.json")
    const id = await briefed("claimed.json")
    expect(await done("claim", "--agent", "executor")).toContain(
      `aumai-handoff restate --id ${id} --summary '…' --understood invoices,late --store claimed.json`
    )
  })

  it("strips escape sequences for the terminal", async () => {
    const { done } = on(cli, "hostile.json")
    const id = await briefed("hostile.json", { summary: foreign, read_back: { required: ["late"] } })
    await done("accept", "--id", id, "--summary", foreign, "--question", `late=${foreign}`)
    for (const words of [["status"], ["history"], ["where"]]) {
      const stdout = await done(...words, "--id", id)
      expect(stdout).toContain("late")
      expect(isClean(stdout)).toBe(true)
    }
  })
})

describe("an invalid briefing or read-back", () => {
  it.each([
    [
      '{"severity": "bad", "summary": 1}',
      'severity: Expected "stable" | "watcher" | "unstable"; summary: Expected string'
    ],
    ['{"severity": "stable", "summary": "", "readBack": {}}', "readBack: Unknown key"],
    [
      '{"severity": "stable", "summary": "", "actions": [{"id": "a", "task": "t", "by": "x"}]}',
      "actions[0].by: Unknown key"
    ],
    ['{"severity": "stable", "summary": "", "read_back": {"required": ["x"]}}', "Expected `required` to name actions"],
    ["null", "Expected an object with a severity and a summary"],
    ["[", "Expected"]
  ])("is refused with a sentence: --briefing %s", async (text, sentence) => {
    const { refused } = on(cli, "none.json")
    const { stderr } = await refused("create", "--from", "a", "--to", "b", "--task", "t", "--briefing", text)
    expect(stderr).toContain("Error: Invalid --briefing: ")
    expect(stderr).toContain(sentence)
  })

  it.each([
    [["--understood", "invoices"], "Invalid --summary: expected the briefing in your words"],
    [["--summary", "s", "--read-back", "r"], "Invalid --summary: use it without --read-back"],
    [["--read-back", '{"summary": "s", "itemz": []}'], "Invalid --read-back: itemz: Expected no excess property"],
    [["--read-back", '{"summary": "s", "items": [{"id": "late", "answer": "yes"}]}'], "items[0].answer: Expected"],
    [["--summary", "s", "--understood", "invoice"], "has no item invoice; it has invoices, late"],
    [["--summary", "s", "--by", "planner"], "planner is not the receiver of handoff"]
  ])("is refused with a sentence: restate %j", async (words, sentence) => {
    const { done, refused } = on(cli, "refused.json")
    const id = await briefed("refused.json")
    await done("accept", "--id", id)
    const before = await done("history", "--id", id)
    expect((await refused("restate", "--id", id, ...words)).stderr).toContain(sentence)
    expect(await done("history", "--id", id)).toBe(before)
  })
})
