import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()

describe("result", () => {
  it("waits for the end and prints the result, or the record with --json", async () => {
    const id = await cli.create("sqlite:result.db")
    const on = (...words: ReadonlyArray<string>) => cli.run([...words, "--id", id, "--store", "sqlite:result.db"])
    const waiting = on("result")
    await on("accept")
    await on("complete", "--result", '{"output": "report.pdf"}')
    expect(await waiting).toEqual({ code: 0, stdout: '{"output":"report.pdf"}\n', stderr: "" })
    expect(JSON.parse((await on("result", "--json")).stdout)).toMatchObject({ record_id: id, status: "completed" })
  })

  it("exits with 3 if the handoff was not completed, and prints its record with --json", async () => {
    const id = await cli.create("result.json")
    const on = (...words: ReadonlyArray<string>) => cli.run([...words, "--id", id, "--store", "result.json"])
    await on("reject", "--reason", "No access")
    const { code, stderr, stdout } = await on("result")
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
    expect(stderr).toContain("was declined by executor: No access")
    const json = await on("result", "--json")
    expect({ ...json, stdout: JSON.parse(json.stdout) }).toMatchObject({ code: 3, stdout: { status: "rejected" } })
  })

  it("stops waiting after the time that was given", async () => {
    const id = await cli.create("late.json")
    const { code, stderr } = await cli.run(["result", "--id", id, "--timeout", "0.01s", "--store", "late.json"])
    expect(code).toBe(1)
    expect(stderr).toContain(`has not ended within 0.01s; 'aumai-handoff where --id ${id} --store late.json'`)
  })
})
