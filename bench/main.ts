/** `node main.ts [section …]` runs these sections, or all, and prints a table. `--write` also writes it to RESULTS.md. */
import { writeFileSync } from "node:fs"
import { cpus, totalmem } from "node:os"
import { join } from "node:path"

import { archive } from "./archive.ts"
import { binary } from "./binary.ts"
import { board } from "./board.ts"
import { checkpoint } from "./checkpoint.ts"
import { claims } from "./claims.ts"
import { command } from "./command.ts"
import { commandSqlite } from "./commandSqlite.ts"
import { custody } from "./custody.ts"
import { file } from "./file.ts"
import { indexeddb } from "./indexeddb.ts"
import type { Row } from "./measure.ts"
import { memory } from "./memory.ts"
import { postgres } from "./postgres.ts"
import { renewals } from "./renewals.ts"
import { retention } from "./retention.ts"
import { seed } from "./seed.ts"
import { sqlite } from "./sqlite.ts"
import { takeovers } from "./takeover.ts"

const sections: Readonly<Record<string, () => Promise<ReadonlyArray<Row>>>> = {
  command,
  binary,
  seed,
  memory,
  custody,
  takeovers,
  renewals,
  claims,
  archive,
  checkpoint,
  retention,
  file,
  sqlite,
  commandSqlite,
  indexeddb,
  postgres,
  board
}

const words = process.argv.slice(2)
const named = words.filter((word) => !word.startsWith("--"))
const rows: Array<Row> = []
for (const [name, run] of Object.entries(sections)) {
  if (named.length > 0 && !named.includes(name)) continue
  process.stderr.write(`${name} …\n`)
  rows.push(...(await run()))
}

const table = [
  "| measured | ours | compared with, in the same run | ratio | aim |",
  "| --- | --- | --- | --- | --- |",
  ...rows.map(({ name, ours, against, ratio, aim }) => `| ${name} | ${ours} | ${against} | ${ratio} | ${aim} |`)
].join("\n")
process.stdout.write(`${table}\n`)

if (words.includes("--write")) {
  const [cpu] = cpus()
  const conditions = [
    `${cpus().length} × ${cpu?.model ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`,
    `Node ${process.version}`,
    new Date().toISOString().slice(0, 10)
  ].join("; ")
  const text = `# Numbers

Written by \`pnpm bench --write\`. Absolute numbers hold for one machine. Each ratio compares two measurements of one run,
usually with the same work written by hand. ${conditions}.

${table}
`
  writeFileSync(join(import.meta.dirname, "RESULTS.md"), text)
}
