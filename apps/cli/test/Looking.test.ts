import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()

describe("list", () => {
  it("prints a sentence if there are no handoffs", async () => {
    writeFileSync(cli.path("empty.json"), "[]\n")
    expect(await cli.run(["list", "--store", "empty.json"])).toEqual({
      code: 0,
      stdout: "No handoff records found\n",
      stderr: ""
    })
    expect((await cli.run(["list", "--json", "--store", "empty.json"])).stdout).toBe("[]\n")
  })

  it("prints the line format of the Python tool when it is piped", async () => {
    const id = await cli.create("list.json")
    await cli.create("list.json", { from: "executor", to: "reviewer", task: "Review output" })
    const { stdout } = await cli.run(["list", "--store", "list.json"])
    expect(stdout.split("\n")[0]).toBe(`${id}  pending       planner -> executor      Generate Q3 report`)
    const accepted = await cli.run(["list", "--status", "accepted", "--store", "list.json"])
    expect(accepted.stdout).toBe("No handoff records found\n")
  })

  it("keeps the columns in line beside ids of one's own", async () => {
    for (const [id, from] of [
      ["q3", "planner"],
      ["nightly-2026-11-30", "計画係"]
    ] as const) {
      await cli.create("own.json", { id, from })
    }
    const { stdout } = await cli.run(["list", "--store", "own.json"])
    expect(stdout).toBe(
      [
        "q3                  pending       planner -> executor      Generate Q3 report",
        "nightly-2026-11-30  pending       計画係 -> executor       Generate Q3 report",
        ""
      ].join("\n")
    )
  })

  it("writes one JSON value for any number of handoffs", async () => {
    const records = Array.from({ length: 1500 }, (_, index) => ({
      record_id: `r${index}`,
      request: { from_agent: "a", to_agent: "分析员", task_description: "四半期" },
      status: "pending",
      created_at: "2026-11-22T08:12:07.922257Z",
      updated_at: "2026-11-22T08:12:07.922257Z"
    }))
    writeFileSync(cli.path("many.json"), JSON.stringify(records))
    const { stdout } = await cli.run(["list", "--json", "--store", "many.json"])
    expect(JSON.parse(stdout)).toHaveLength(1500)
    const some = await cli.run(["list", "--limit", "3", "--store", "many.json"])
    expect(some.stdout.trim().split("\n")).toHaveLength(3)
  })
})

describe("inbox and claim", () => {
  it("return the most urgent handoff first, and each handoff once", async () => {
    await cli.create("inbox.json", { priority: "3", id: "calm" })
    await cli.create("inbox.json", { priority: "9", id: "urgent" })
    const { stdout } = await cli.run(["inbox", "--agent", "executor", "--store", "inbox.json"])
    expect(stdout.split("\n")).toEqual([
      "urgent  acceptance    planner -> executor      Generate Q3 report",
      "  aumai-handoff accept --id urgent --store inbox.json",
      "calm  acceptance    planner -> executor      Generate Q3 report",
      "  aumai-handoff accept --id calm --store inbox.json",
      ""
    ])
    const claims = await Promise.all(
      [1, 2, 3].map(() => cli.run(["claim", "--agent", "executor", "--json", "--store", "inbox.json"]))
    )
    const ids = claims.map(
      ({ stdout }) => (JSON.parse(stdout) as { readonly record_id: string } | null)?.record_id ?? "none"
    )
    expect(ids.toSorted()).toEqual(["calm", "none", "urgent"])
  })
})

describe("an inbox", () => {
  const run = async (...words: ReadonlyArray<string>) => {
    const { code, stderr, stdout } = await cli.run([...words, "--store", "turns.json"])
    expect([code, stderr]).toEqual([0, ""])
    return stdout
  }
  const inbox = (...words: ReadonlyArray<string>) => run("inbox", ...words)

  it("has the question for the sender, with the command that answers", async () => {
    const id = await cli.create("turns.json", { id: "report" })
    await run("accept", "--id", id)
    expect(await inbox("--agent", "planner")).toBe("Nothing waits for planner\n")
    expect(await inbox("--agent", "executor")).toContain("aumai-handoff start --id report")
    await run("start", "--id", id)
    await run("ask", "--id", id, "--question", "May page 5\nbe left out?")
    expect(await inbox("--agent", "executor")).toBe("Nothing waits for executor\n")
    expect((await inbox("--agent", "planner")).split("\n")).toEqual([
      "report  answer        planner -> executor      Generate Q3 report",
      "  May page 5 be left out?",
      "  aumai-handoff answer --id report --answer '…' --store turns.json",
      ""
    ])
    const [asked, ...others] = JSON.parse(await inbox("--agent", "planner", "--json"))
    expect([asked, others]).toMatchObject([
      { record_id: id, awaits: "answer", verb: "answer", words: "May page 5\nbe left out?", record: { revision: 4 } },
      []
    ])
    await run("answer", "--id", id, "--answer", "Yes")
    expect(await inbox("--agent", "executor")).toContain("aumai-handoff complete --id report")
  })

  it("has the read-back to restate or to confirm, and keeps one kind of step", async () => {
    const briefing = { severity: "stable", summary: "Two invoices", actions: [{ id: "ask", task: "Ask for them" }] }
    const asked = ["--from", "planner", "--to", "executor", "--task", "t", "--id", "briefed"]
    await run("create", ...asked, "--briefing", JSON.stringify({ ...briefing, read_back: { confirm: true } }))
    await run("accept", "--id", "briefed")
    expect(await inbox("--agent", "executor", "--awaits", "work")).toContain("restate --id briefed")
    await run("restate", "--id", "briefed", "--summary", "I ask for two", "--understood", "ask")
    await cli.create("turns.json", { id: "back", from: "executor", to: "planner" })
    const confirming = await inbox("--agent", "planner", "--awaits", "confirmation")
    expect(confirming).toContain("  read back: I ask for two\n  understood: ask\n")
    expect(confirming).toContain("aumai-handoff confirm --id briefed")
    expect(confirming).not.toContain("back  ")
    expect(await inbox("--agent", "planner", "--limit", "1")).toContain("briefed")
  })
})

describe("list --recent", () => {
  it("begins with the last change, of all or of one sender and status", async () => {
    for (const [id, from] of [
      ["a", "planner"],
      ["b", "planner"],
      ["c", "boss"]
    ] as const) {
      await cli.create("recent.json", { id, from })
    }
    await cli.run(["reject", "--id", "a", "--reason", "busy", "--store", "recent.json"])
    const ids = async (...words: ReadonlyArray<string>) => {
      const { stdout } = await cli.run(["list", ...words, "--json", "--store", "recent.json"])
      return (JSON.parse(stdout) as ReadonlyArray<{ record_id: string }>).map(({ record_id }) => record_id)
    }
    expect(await ids("--recent")).toEqual(["a", "c", "b"])
    expect(await ids("--recent", "--limit", "1")).toEqual(["a"])
    expect(await ids("--recent", "--from", "planner")).toEqual(["a", "b"])
    expect(await ids("--from", "planner")).toEqual(["b", "a"])
    expect(await ids("--recent", "--status", "pending")).toEqual(["c", "b"])
  })
})

describe("watch", () => {
  it("prints the chosen part of the log, and ends with --until now", async () => {
    const id = await cli.create("part.json")
    await cli.create("part.json", { to: "artist" })
    await cli.run(["accept", "--id", id, "--store", "part.json"])
    const watch = async (...words: ReadonlyArray<string>) => {
      const { code, stdout } = await cli.run(["watch", "--until", "now", ...words, "--json", "--store", "part.json"])
      expect(code).toBe(0)
      return stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line).event._tag]))
    }
    expect(await watch()).toEqual([])
    expect(await watch("--from", "start")).toEqual(["Created", "Created", "Accepted"])
    expect(await watch("--from", "start", "--id", id.slice(0, 8))).toEqual(["Created", "Accepted"])
    expect(await watch("--from", "start", "--agent", "artist")).toEqual(["Created"])
    const some = ["--from", "start", "--chain", id, "--event", "Accepted", "--event", "Completed"]
    expect(await watch(...some)).toEqual(["Accepted"])
  })
})

describe("stats", () => {
  it("counts handoffs and measures completed ones", async () => {
    const id = await cli.create("stats.json")
    await cli.create("stats.json")
    await cli.run(["accept", "--id", id, "--store", "stats.json"])
    await cli.run(["complete", "--id", id, "--store", "stats.json"])
    const { stdout } = await cli.run(["stats", "--json", "--store", "stats.json"])
    expect(JSON.parse(stdout)).toMatchObject({
      total: 2,
      by_status: { pending: 1, completed: 1 },
      completion_rate: 1
    })
  })
})

describe("help", () => {
  it("shows an example for every command", async () => {
    const { stdout } = await cli.run(["--help"])
    const names = [...stdout.slice(stdout.indexOf("SUBCOMMANDS")).matchAll(/^ {2}(\w+) /gm)].map(
      (match) => match[1] ?? ""
    )
    expect(names).toHaveLength(42)
    for (const name of names.filter((name) => name !== "agents")) {
      expect((await cli.run([name, "--help"])).stdout).toContain("EXAMPLES\n  aumai-handoff")
    }
  })

  it("completes commands and values in bash", async () => {
    const { stdout } = await cli.run(["--completions", "bash"])
    writeFileSync(cli.path("completions.sh"), stdout)
    const complete = (words: ReadonlyArray<string>): string => {
      const script = `
        source completions.sh
        COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}
        COMP_LINE="${words.join(" ")}"; COMP_POINT=\${#COMP_LINE}
        _aumai_handoff aumai-handoff ${words.at(-1)} ${words.at(-2)}
        echo "\${COMPREPLY[@]}"`
      return execFileSync("bash", ["-c", script], { cwd: cli.directory, encoding: "utf8" }).trim()
    }
    expect(complete(["aumai-handoff", "cl"])).toBe("claim")
    expect(complete(["aumai-handoff", "list", "--status", "pe"])).toBe("pending")
  })
})
