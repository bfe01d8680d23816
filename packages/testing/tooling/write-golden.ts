/**
 * Writes the golden stores of a new format, once: `node tooling/write-golden.ts format-3`. It needs python3 with pydantic
 * and click, Chromium (see tooling/browser.ts), `pg_dump`, and in `AUMAI_TEST_POSTGRES` an empty database of a server that
 * this `pg_dump` knows.
 */
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { drawLogName, HandoffManager, HandoffStore, MemoryStore } from "@aumai/handoff-core"
import { transitions } from "@aumai/handoff-protocol"
import { FileStore } from "@aumai/handoff-store-file"
import { PostgresStore } from "@aumai/handoff-store-postgres"
import { SqliteStore } from "@aumai/handoff-store-sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { chromium } from "playwright"

import { launchOptions, ready } from "../../../tooling/browser.ts"
import { root } from "../../../tooling/files.ts"
import { serve } from "../../../tooling/site.ts"
import { directoryOf } from "../src/golden-files.ts"
import { contents, type Expected, remembered } from "../src/golden.ts"
import { withSeededCrypto } from "../src/histories.ts"
import { fill, goldenHistories } from "./golden-lives.ts"

const [format = ""] = process.argv.slice(2)
const postgres = process.env["AUMAI_TEST_POSTGRES"] ?? ""
if (!/^format-\d+$/.test(format) || postgres === "") {
  throw new Error("Say which format, as in format-3, and name an empty PostgreSQL database in AUMAI_TEST_POSTGRES")
}
const directory = directoryOf(format)
// Fails if the directory exists, because a golden store is never written again.
mkdirSync(directory)
const at = (...names: ReadonlyArray<string>) => join(directory, ...names)
const writeJson = (name: string, json: unknown) => writeFileSync(at(name), `${JSON.stringify(json, undefined, 1)}\n`)

const all = await Effect.runPromise(goldenHistories)
const tags = new Set(all.commits.flatMap((changes) => changes.map(({ event }) => event._tag)))
const missing = Object.keys(transitions).filter((tag) => !new Set<string>(tags).has(tag))
if (missing.length > 0) throw new Error(`No handoff has the events ${missing.join(", ")}`)

type Stores = HandoffManager | Layer.Success<typeof MemoryStore.layer>

/** Opens a store, uses it, and closes it. All chance is seeded: a journal and a log draw names, and entries salts. */
const within = <A, E>(
  layer: Layer.Layer<Exclude<Stores, HandoffManager>, E>,
  body: Effect.Effect<A, unknown, Stores>
): Promise<A> =>
  Effect.runPromise(
    Effect.provide(body, HandoffManager.layer.pipe(Layer.provideMerge(layer))).pipe(
      Random.withSeed(20261203),
      withSeededCrypto(20261203)
    )
  )

const position = Effect.gen(function* () {
  const log = yield* (yield* HandoffStore).log({ limit: remembered })
  return String(log.at(-1)?.position)
})

const filled = Effect.andThen(fill(all), position)

// At rest.
mkdirSync(at("file"))
const path = at("file", "handoffs.json")
const file = await within(FileStore.layer({ path }), filled)

// As a killed process leaves it: half of the commits stand in the file, half in the journal beside it.
mkdirSync(at("journal"))
mkdirSync(at("open"))
const half = Math.floor(all.commits.length / 2)
const open = FileStore.layer({ path: at("open", "handoffs.json") })
await within(open, fill(all, 0, half))
const journal = await within(
  open,
  // The first process drew the name of the log before its salts.
  Effect.andThen(drawLogName, fill(all, half)).pipe(
    Effect.andThen(position),
    Effect.tap(() =>
      Effect.sync(() => {
        for (const name of ["handoffs.json", "handoffs.json-journal", "handoffs.agents.json", "handoffs.log.json"]) {
          cpSync(at("open", name), at("journal", name))
        }
      })
    )
  )
)
rmSync(at("open"), { recursive: true })

// As the Python library leaves a file, which drops every key that it does not know.
cpSync(at("file"), at("python"), { recursive: true })
const rewritten = at("python", "handoffs.json")
const python = (...words: ReadonlyArray<string>) =>
  execFileSync("python3", [join(root, "bench/seed.py"), ...words, "--store", rewritten])
python("accept", "--id", "fresh-1")
python("create", "--from", "planner", "--to", "übersetzer", "--task", "Übersetze “Ⅲ”", "--priority", "7")

const exported = (...words: ReadonlyArray<string>) =>
  execFileSync(process.execPath, [join(root, "apps/cli/src/main.ts"), "export", ...words, "--store", path])
writeFileSync(at("archive.json"), exported())
writeFileSync(at("full-archive.json"), exported("--full"))
// Opening a store leaves its lock.
for (const name of ["file", "python"]) rmSync(at(name, ".handoffs.json.lock"), { force: true })

mkdirSync(at("sqlite"))
const sqlite = await within(SqliteStore.layer({ path: at("sqlite", "handoffs.db") }), filled)

const inPostgres = await within(PostgresStore.layer({ url: postgres }), filled)
writeFileSync(at("postgres.sql"), execFileSync("pg_dump", ["--inserts", "--no-owner", "--no-privileges", postgres]))

ready()
const browser = await chromium.launch(launchOptions)
await using site = await serve(join(import.meta.dirname, "golden-page.ts"))
const page = await browser.newPage()
await page.goto(site.url)
await page.waitForFunction(() => "writeGolden" in globalThis)
const { database, position: indexeddb } = await page.evaluate(() => writeGolden())
await browser.close()
writeJson("indexeddb.json", database)

// Read from a copy: opening a store writes beside it.
cpSync(at("python"), at("open"), { recursive: true })
const expected: Expected = {
  contents: await within(MemoryStore.layer, Effect.andThen(fill(all), contents)),
  rewritten: await within(FileStore.layer({ path: at("open", "handoffs.json") }), contents),
  positions: { file, journal, sqlite, postgres: inPostgres, indexeddb }
}
rmSync(at("open"), { recursive: true })
writeJson("expected.json", expected)
console.log(`Wrote ${format}: ${expected.contents.handoffs.length} handoffs, ${expected.contents.log.length} entries`)
