/** A guided tour of the command line: each step starts the real command as a process on one store file. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { styleText } from "node:util"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-demo-"))

const say = (text: string) => process.stdout.write(`\n${styleText("bold", text)}\n`)

const shown = (word: string): string => (/^[\w@.:/-]+$/.test(word) ? word : `'${word}'`)

/** Runs one command, shows it with its output, and returns the output. `refused` marks a command that must fail. */
const run = (words: ReadonlyArray<string>, expected: "done" | "refused" = "done"): string => {
  process.stdout.write(`${styleText("dim", `$ aumai-handoff ${words.map(shown).join(" ")}`)}\n`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { cwd: directory, encoding: "utf8" })
  process.stdout.write(`${stdout}${stderr}`.replaceAll(/^(?=.)/gm, "  "))
  if ((status === 0) !== (expected === "done")) throw new Error(`${words.join(" ")} exited with ${status}`)
  return stdout
}

/** The id that `create` prints on its first line. */
const created = (words: ReadonlyArray<string>): string => {
  const id = /^Created handoff (\S+)/.exec(run(["create", ...words]))?.[1]
  if (id === undefined) throw new Error("create printed no id")
  return id
}

try {
  say("1. Agents register their capabilities.")
  run(["agents", "register", "--id", "alice", "--capability", "analyze", "summarize", "translate"])
  run(["agents", "register", "--id", "bob", "--capability", "execute", "report"])
  run(["agents", "register", "--id", "carol", "--capability", "analyze", "visualize", "report"])

  say("2. The router finds the best agent for a task.")
  const task = "Analyze customer sentiment and produce visualizations."
  run(["route", "--from", "planner", "--task", task])
  const study = created(["--from", "planner", "--task", task, "--priority", "8", "--context", '{"source": "zendesk"}'])

  say("3. The receiver accepts, works, and returns a result.")
  run(["inbox", "--agent", "carol"])
  run(["accept", "--id", study, "--by", "carol", "--estimate", "2h"])
  run(["start", "--id", study, "--by", "carol"])
  run(["complete", "--id", study, "--by", "carol", "--result", '{"chart": "sentiment.svg", "mood": "better"}'])

  say("4. A step that the lifecycle does not allow is refused and changes nothing.")
  run(["accept", "--id", study], "refused")

  say("5. A receiver may decline or give up, with a reason.")
  const klingon = created(["--from", "planner", "--to", "alice", "--task", "Translate the report to Klingon"])
  run(["reject", "--id", klingon, "--reason", "No Klingon translation capability."])
  const fetching = created(["--from", "planner", "--to", "bob", "--task", "Fetch data from the external API"])
  run(["claim", "--agent", "bob"])
  run(["fail", "--id", fetching, "--reason", "External API returned 503 after 3 retries."])

  say("6. The receiver reads the briefing back before it starts; missing items are reported.")
  const briefing = {
    severity: "watcher",
    summary: "Q3 is complete but for two invoices.",
    actions: [{ id: "invoices", task: "Ask for the two invoices" }],
    contingencies: [{ id: "late", if: "they do not come by Friday", then: "report without them" }],
    read_back: {}
  }
  writeFileSync(join(directory, "briefing.json"), JSON.stringify(briefing))
  const close = ["--from", "planner", "--to", "bob", "--task", "Close Q3", "--deliverable", "report=text/markdown"]
  const closing = created([...close, "--briefing-file", "briefing.json"])
  run(["accept", "--id", closing, "--summary", "Two invoices, by Friday.", "--understood", "invoices"])
  run(["restate", "--id", closing, "--summary", "The same, or a report without them.", "--understood", "late"])
  run(["start", "--id", closing])

  say(
    "7. A part is delegated to another agent and forwarded with a hand-back; the receiver stays accountable for the whole."
  )
  const part =
    /^Created handoff (\S+)/.exec(run(["delegate", "--id", closing, "--task", "Visualize the totals"]))?.[1] ?? ""
  run(["forward", "--id", part, "--to", "dave", "--reason", "Too many rows", "--done", "The first ten rows"])
  run(["chain", "--id", part])
  writeFileSync(join(directory, "report.md"), "# Q3\n\nAll is well.\n")
  run(["complete", "--id", closing, "--artifact-file", "report=report.md"], "refused")
  run(["accept", "--id", part])
  run(["complete", "--id", part, "--result", '{"chart": "totals.svg"}'])
  run(["complete", "--id", closing, "--artifact-file", "report=report.md", "--observed", "All rows were read"])

  say("8. Every step can be inspected later.")
  run(["list"])
  run(["history", "--id", study])
  run(["status", "--id", study])
  run(["stats"])

  say("9. The store is one readable file, and every change to its history is detected.")
  const lines = readFileSync(join(directory, "handoffs.json"), "utf8").split("\n")
  process.stdout.write(`${lines.slice(0, 16).join("\n")}\n  … ${lines.length - 16} more lines of handoffs.json\n`)
  run(["verify"])
  const file = join(directory, "handoffs.json")
  writeFileSync(
    file,
    readFileSync(file, "utf8").replaceAll("External API returned 503 after 3 retries.", "It was never asked.")
  )
  run(["verify", "--file", "handoffs.json"], "refused")
} finally {
  rmSync(directory, { recursive: true, force: true })
}
