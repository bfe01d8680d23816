import { writeFileSync } from "node:fs"

import { reportSchemas, wireSchemas } from "@aumai/handoff-protocol"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

import { command } from "./command.ts"

const cli = command()
const schemas = { ...wireSchemas, ...reportSchemas }
type Name = keyof typeof schemas

/** Runs a command with `--json` and returns its output. */
const printed = async (...words: ReadonlyArray<string>): Promise<string> =>
  (await cli.run([...words, "--json"], { env: { AUMAI_HANDOFF_STORE: "reports.json" } })).stdout

/** Checks that JSON fits its schema without unknown keys. */
const check = (name: Name, json: unknown): void => {
  const schema: Schema.Codec<unknown> = schemas[name]
  Schema.decodeUnknownSync(schema, { onExcessProperty: "error" })(json)
}

const one = async (name: Name, ...words: ReadonlyArray<string>): Promise<unknown> => {
  const json: unknown = JSON.parse(await printed(...words))
  check(name, json)
  return json
}
const many = async (name: Name, ...words: ReadonlyArray<string>): Promise<ReadonlyArray<unknown>> => {
  const json = JSON.parse(await printed(...words)) as ReadonlyArray<unknown>
  expect(json.length).toBeGreaterThan(0)
  for (const item of json) check(name, item)
  return json
}
const later = "2999-01-01T00:00:00Z"
const briefing = JSON.stringify({
  severity: "watcher",
  summary: "Two invoices are missing",
  actions: [{ id: "invoices", task: "Ask for them", owner: "executor" }],
  read_back: { confirm: true }
})

describe("every command prints JSON that its schema describes", () => {
  it("for one handoff, with every verb", async () => {
    const asked = ["--from", "planner", "--task", "Analyze Q3"]
    await one("RegisteredAgent", "agents", "register", "--id", "carol", "--capability", "analyze", "--capacity", "2")
    await one("RoutingDecision", "route", ...asked)
    await one("HandoffRecord", "create", ...asked, "--id", "h1", "--max-attempts", "2", "--briefing", briefing)
    await one("Whereabouts", "where", "--id", "h1")
    await one("HandoffRecord", "accept", "--id", "h1", "--lease", "10m", "--summary", "Two", "--understood", "invoices")
    await one("Whereabouts", "where", "--id", "h1")
    await one("HandoffRecord", "confirm", "--id", "h1", "--correct", "Three")
    await one("HandoffRecord", "start", "--id", "h1")
    await one("HandoffRecord", "progress", "--id", "h1", "--percent", "33.3", "--note", "Page 1")
    await one("HandoffRecord", "ask", "--id", "h1", "--question", "Which quarter?")
    await one("HandoffRecord", "answer", "--id", "h1", "--answer", "The third.")
    await one("HandoffRecord", "delegate", "--id", "h1", "--to", "dave", "--task", "A part", "--part-id", "h2")
    await one("HandoffRecord", "forward", "--id", "h1", "--to", "erin", "--done", "Page 1", "--reason", "Statistics")
    await one("HandoffRecord", "accept", "--id", "h2")
    await one("HandoffRecord", "attest", "--id", "h2", "--by", "erin", "--statement", "Seen")
    await one("Chain", "chain", "--id", "h2")
    await one("Whereabouts", "where", "--id", "h1")
    await many("Entry", "history", "--id", "h1")
    await one("HandoffRecord", "reject", "--id", "h1", "--reason", "Busy")
    await one("Whereabouts", "where", "--id", "h1")
    await one("HandoffRecord", "cancel", "--id", "h2")
    await one("HandoffRecord", "status", "--id", "h2")
  })

  it("for a claim, a release, a failure and a completion", async () => {
    await one(
      "HandoffRecord",
      "create",
      "--from",
      "planner",
      "--to",
      "executor",
      "--task",
      "t",
      "--id",
      "c1",
      "--deadline",
      later
    )
    await one("Claim", "claim", "--agent", "executor", "--lease", "10m")
    expect(await one("Claim", "claim", "--agent", "nobody")).toBe(null)
    await one("HandoffRecord", "release", "--id", "c1", "--not-before", "1h", "--pitfall", "Blurred")
    await one("Whereabouts", "where", "--id", "c1")
    await one("HandoffRecord", "accept", "--id", "c1")
    writeFileSync(cli.path("note.txt"), "Done")
    await one("HandoffRecord", "complete", "--id", "c1", "--result", "{}", "--artifact-file", "note=note.txt")
    await many("Entry", "history", "--id", "c1")
    await one("HandoffRecord", "create", "--from", "planner", "--to", "executor", "--task", "t", "--id", "c2")
    await one("HandoffRecord", "accept", "--id", "c2")
    await one("HandoffRecord", "fail", "--id", "c2", "--reason", "503")
  })

  it("for a sweep", async () => {
    await one("HandoffRecord", "create", "--from", "planner", "--to", "slow", "--task", "t", "--accept-by", "1s")
    let swept: ReadonlyArray<unknown> = []
    while (swept.length === 0) swept = JSON.parse(await printed("sweep")) as ReadonlyArray<unknown>
    for (const record of swept) check("HandoffRecord", record)
  })

  it("for a whole store: lists, metrics, health, verification, copies and imports", async () => {
    await one(
      "HandoffRecord",
      "create",
      "--from",
      "planner",
      "--to",
      "executor",
      "--task",
      "t",
      "--id",
      "s1",
      "--deadline",
      later
    )
    await many("HandoffRecord", "list")
    await many("Waiting", "inbox", "--agent", "executor")
    await one("Metrics", "stats")
    await many("RegisteredAgent", "agents", "list")
    await one("Health", "doctor")
    await one("Verification", "verify")
    await one("Verification", "verify", "--id", "s1")
    await many("ArchivedHandoff", "export")
    writeFileSync(cli.path("backup.json"), await printed("export"))
    await one("Verification", "verify", "--file", "backup.json")
    await many("ImportReport", "import", "--file", "backup.json")
    await one("CopyReport", "copy", "--from", "reports.json", "--to", "other.json")
    writeFileSync(cli.path("empty.json"), "[]\n")
    await one("Metrics", "stats", "--store", "empty.json")
    await one("KeyPair", "keygen")
    await one("KeyPair", "keygen", "--out", "agent.key")
    const signed = await one("Checkpoint", "checkpoint", "--key", "agent.key")
    const { note, verifier_key: key } = signed as { readonly note: string; readonly verifier_key: string }
    writeFileSync(cli.path("checkpoint.txt"), note)
    await one("Verification", "verify", "--checkpoint", "checkpoint.txt", "--checkpoint-key", key)
    expect(JSON.parse(await printed("agents", "unregister", "--id", "carol"))).toBe(null)
  })

  it("for a store that does not hold", async () => {
    const text = (await printed("export"))
      .replace(`"Seen"`, `"Unseen"`)
      .replace(`"task_description": "t"`, `"task_description": "u"`)
    writeFileSync(cli.path("changed.json"), text)
    await one("Verification", "verify", "--file", "changed.json")
    await one("Verification", "verify", "--store", "changed.json")
    await one("Health", "doctor", "--store", "changed.json")
    await many("ImportReport", "import", "--file", "changed.json")
  })
})
