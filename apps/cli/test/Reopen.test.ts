import { successorId, RecordId } from "@aumai/handoff-protocol"
import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()
const store = "letters.json"
const run = (...words: ReadonlyArray<string>) => cli.run([...words, "--store", store])

/** A handoff that its receiver declined. */
const declined = async (): Promise<string> => {
  const id = await cli.create(store)
  await run("reject", "--id", id, "--reason", "No ledger")
  return id
}

describe("reopen", () => {
  it("creates a handoff that names the old one, which then names it", async () => {
    const id = await declined()
    const { stdout } = await run("reopen", "--id", id, "--to", "clerk", "--deadline", "2h", "--context", `{"n": 1}`)
    const successor = successorId(RecordId.make(id))
    expect(stdout).toBe(`Created handoff ${successor}\n  planner -> clerk, priority 5, reopens ${id}\n`)
    expect((await run("status", "--id", id)).stdout).toContain(`Reopened:   ${successor}, which is pending`)
    expect(JSON.parse((await run("status", "--id", id, "--json")).stdout)).toMatchObject({ reopened_as: successor })
    const { stdout: details } = await run("status", "--id", successor)
    expect(details).toContain(`Retry of:   ${id}`)
    expect(details).toContain(`Context:    {"n":1}`)
    expect(details).toContain("Hand-back:  pitfalls: executor: No ledger")
    const again = await run("reopen", "--id", id, "--to", "clerk", "--deadline", "2h", "--context", `{"n": 1}`)
    expect(again.stdout).toContain("Nothing was created, because the handoff is there already")
    expect(again.code).toBe(0)
    const other = await run("reopen", "--id", id, "--new-id", "again")
    expect(other.stdout).toContain("Created handoff again")
  })

  it("is shown by the list and the status of a handoff that was not completed, beside the lines", async () => {
    const id = await declined()
    const listed = await run("list", "--status", "rejected")
    expect(listed.stderr).toBe(`To hand one of them over again: aumai-handoff reopen --id ID --store ${store}\n`)
    expect((await run("list", "--status", "rejected", "--json")).stderr).toBe("")
    expect((await run("list", "--status", "completed")).stderr).toBe("")
    expect((await run("status", "--id", id)).stdout).toContain(
      `Reopen:     aumai-handoff reopen --id ${id} --store ${store}`
    )
  })

  it("works dead letters off from a script that is repeated, and exits with 3 for one that ended again", async () => {
    const ids = [await declined(), await declined()]
    const all = async () => {
      const rows: ReadonlyArray<{ readonly record_id: string; readonly request: object }> = JSON.parse(
        (await run("list", "--status", "rejected", "--json")).stdout
      )
      const codes = new Map<string, number | null>()
      for (const { record_id: id } of rows) codes.set(id, (await run("reopen", "--json", "--id", id)).code)
      return codes
    }
    const first = await all()
    expect(ids.map((id) => first.get(id))).toEqual([0, 0])
    const { stdout: before } = await run("list", "--status", "pending", "--json")
    expect((await all()).size).toBe(first.size)
    expect((await run("list", "--status", "pending", "--json")).stdout).toBe(before)
    await run("reject", "--id", successorId(RecordId.make(ids[0] ?? "")), "--reason", "Still none")
    expect((await run("reopen", "--id", ids[0] ?? "")).code).toBe(3)
  })

  it("is refused for others, and for what is open or completed", async () => {
    const id = await declined()
    expect((await run("reopen", "--id", id, "--by", "executor")).stderr).toContain(
      `executor is not the sender of handoff ${id}; \`reopen\` is for planner`
    )
    const open = await cli.create(store)
    expect((await run("reopen", "--id", open)).stderr).toContain(
      `Handoff ${open} is pending; \`reopen\` needs a rejected, failed, cancelled or expired handoff`
    )
  })
})

describe("the answers of a read-back", () => {
  const briefing = JSON.stringify({
    severity: "stable",
    summary: "Two invoices are missing.",
    actions: [{ id: "invoices", task: "Ask the supplier for the two invoices" }],
    read_back: { asks: ["first_action", "least_confident_item"], confirm: true }
  })
  const accept = (id: string, ...words: ReadonlyArray<string>) =>
    run("accept", "--id", id, "--summary", "Two", "--understood", "invoices", ...words)

  it("have flags, are refused if they are missing or quoted, and are shown to the sender", async () => {
    const id = await cli.create(store, { briefing })
    expect((await accept(id)).stderr).toContain("answer first_action, least_confident_item")
    const copied = ["--first-action", "I ask the supplier for the two invoices", "--least-confident-item", "invoices"]
    expect((await accept(id, ...copied)).stderr).toMatch(/other answers: first_action \(\d+ % quoted\)\n/)
    const own = ["--first-action", "Phone Mr Smith, who sends them", "--least-confident-item", "invoices"]
    expect((await accept(id, ...own)).stdout).toContain(`confirm --id ${id} --checked '…'`)
    expect((await run("inbox", "--agent", "planner")).stdout).toContain("first action: Phone Mr Smith, who sends them")
    expect((await run("confirm", "--id", id)).stderr).toContain("checked: Expected parts of the read-back")
    await run("confirm", "--id", id, "--checked", "first_action, invoices")
    const { stdout } = await run("status", "--id", id)
    expect(stdout).toContain("  Answer:   least confident about: invoices")
    expect(stdout).toMatch(/ {2}Confirm: {2}\S+, checked: first_action, invoices\n/)
  })

  it("are named with the flags that give them, while they are missing", async () => {
    const id = await cli.create(store, { briefing })
    expect((await run("accept", "--id", id)).stdout).toContain(
      `restate --id ${id} --summary '…' --understood invoices --first-action '…' --least-confident-item '…'`
    )
  })
})
