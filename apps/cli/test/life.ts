import { expect } from "vitest"

import type { command } from "./command.ts"

type Cli = ReturnType<typeof command>

/** One handoff lives through every command on a store, whatever keeps it. */
export const liveOn = async (cli: Cli, store: string) => {
  const run = async (...words: ReadonlyArray<string>) => {
    const outcome = await cli.run([...words, "--store", store])
    expect(outcome.stderr).toBe("")
    expect(outcome.code).toBe(0)
    return outcome.stdout
  }
  expect(await run("list")).toBe("No handoff records found\n")
  const id = await cli.create(store, { task: "Übergabe 引き渡し", deadline: "2h", priority: "9" })
  const prefix = id.slice(0, 6)
  expect(await run("inbox", "--agent", "executor")).toContain(id)
  expect(JSON.parse(await run("claim", "--agent", "executor", "--json"))).toMatchObject({ record_id: id })
  await run("start", "--id", prefix)
  await run("complete", "--id", prefix, "--result", `{"output":"report.pdf"}`)
  expect(await run("status", "--id", prefix)).toContain("completed")
  const history = JSON.parse(await run("history", "--id", prefix, "--json")) as ReadonlyArray<{
    event: { _tag: string }
  }>
  expect(history.map(({ event }) => event._tag)).toEqual(["Created", "Accepted", "Started", "Completed"])
  await run("agents", "register", "--id", "carol", "--capability", "analyze")
  expect(await run("route", "--from", "planner", "--task", "Analyze the data")).toContain("carol")
  const late = await cli.create(store)
  await run("reject", "--id", late, "--reason", "busy")
  await run("cancel", "--id", await cli.create(store))
  expect(await run("sweep")).toBe("Nothing is due\n")
  expect(JSON.parse(await run("stats", "--json"))).toMatchObject({
    total: 3,
    by_status: { completed: 1, rejected: 1, cancelled: 1 }
  })
  const refused = await cli.run(["accept", "--id", prefix, "--store", store])
  expect([refused.code, refused.stderr]).toEqual([1, `Error: Handoff ${id} is completed; Accepted needs pending\n`])
  return id
}

/** What a store holds, as export prints it. */
export const heldIn = async (cli: Cli, store: string) => (await cli.run(["export", "--store", store])).stdout
