/** Writes `docs/cli.md` from the help of every command; `--check` fails if the file differs. */
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { execute } from "./execute.ts"

const file = join(import.meta.dirname, "../../../docs/cli.md")

// The page holds no colours.
process.env["NO_COLOR"] = "1"

const help = async (path: ReadonlyArray<string>): Promise<string> => {
  const { code, stderr, stdout } = await execute([...path, "--help"])
  if (code !== 0) throw new Error(stderr)
  return stdout.trim()
}

/** The subcommands that a help text lists. */
const subcommands = (text: string): ReadonlyArray<string> =>
  [...(text.split("SUBCOMMANDS\n")[1] ?? "").matchAll(/^ {2}(\S+)/gm)].map(([, name = ""]) => name)

/** Removes the flags shared by all commands; only the first section shows them. */
const withoutInherited = (text: string): string =>
  text.replaceAll(/^(?:INHERITED|GLOBAL) FLAGS\n(?: .*\n?)+\n?/gm, "").trimEnd()

const section = (path: ReadonlyArray<string>, text: string): string =>
  `## \`${["aumai-handoff", ...path].join(" ")}\`\n\n\`\`\`text\n${path.length === 0 ? text : withoutInherited(text)}\n\`\`\`\n`

const top = await help([])
const names = subcommands(top)
const texts = await Promise.all(names.map((name) => help([name])))
const sections = [section([], top)]
for (const [index, name] of names.entries()) {
  const text = texts[index] ?? ""
  sections.push(section([name], text))
  for (const inner of subcommands(text)) sections.push(section([name, inner], await help([name, inner])))
}
const text = `# The command line

This page is what \`--help\` prints. Exit codes: 0 done; 1 refused or failed, with one line on standard error that begins
\`Error: \`; 2 usage error; 3 nothing created, or no result, because the handoff has ended otherwise than completed; 130 interrupted (SIGINT), 143
terminated (SIGTERM), 129 hung up (SIGHUP), and a second signal ends the command at once. \`--json\` prints wire JSON, as described in
[PROTOCOL.md](../packages/protocol/PROTOCOL.md). Colour is used only on a terminal, and never when \`NO_COLOR\` is set.

A flag takes its text literally; only a flag that is named for a file reads one, such as \`--task-file\`, and \`-\` is
standard input there. Files and output are UTF-8: any other byte is refused with its place, and a byte order mark at the
beginning is skipped. The word after a flag is its value even if it begins with a dash, as in
\`--task "--- a/file"\`. Refused are a word that looks like the next flag, such as \`--help\`, and for a text \`-\` and
\`@file\`, which other commands read. Behind \`=\` every text is taken, so a program should pass the text of a model as
\`--task=TEXT\`.

Hidden characters in the text of others, and those that a terminal obeys, are printed as blanks in text and as escapes
such as \`\\u202e\` in JSON, which stand for the same value.

\`aumai-handoff --man\` prints the same as a manual page, and \`aumai-handoff --completions bash\` (or \`zsh\`, \`fish\`,
\`powershell\`) the completions for a shell; [install.md](install.md) shows where to put them.

${sections.join("\n")}`

if (process.argv.includes("--check")) {
  const committed = await readFile(file, "utf8").catch(() => "")
  if (committed !== text) {
    process.stderr.write("docs/cli.md is out of date; run `node apps/cli/tooling/reference.ts`\n")
    process.exitCode = 1
  }
} else await writeFile(file, text)
