import { type Entry, type HandoffStore, type Position, tallyOf } from "@aumai/handoff-core"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"

import { connect, makeDatabase } from "../../../tooling/databases.ts"
import { type Running, start } from "./processes.ts"
import { namesOf, open, wholeLog } from "./stores.ts"

type Store = HandoffStore["Service"]

/** Collects the acknowledgements that a process prints until it ends. A kill can cut the last line short. */
const listen = async ({ lines, exit }: Running, heard: Array<string>) => {
  for await (const line of lines) if (/^\S+ \d+$/.test(line)) heard.push(line)
  return exit
}

/** Reads the log in small pages until the writers are done and the log has ended. */
const follow = (reader: Store, isOver: () => boolean) =>
  Effect.gen(function* () {
    const seen: Array<Entry> = []
    let after: Position | undefined
    while (true) {
      // Asked before the read, so that the read sees every entry that was written by then.
      const wasOver = isOver()
      const page: ReadonlyArray<Entry> = yield* reader.log({ limit: 7, ...(after === undefined ? {} : { after }) })
      seen.push(...page)
      after = page.at(-1)?.position ?? after
      if (page.length === 0 && wasOver) return seen
    }
  })

const allRecords = (store: Store) => store.list({ _tag: "All" }, { limit: 1_000_000 })

/** Runs workers while a reader follows, and then compares log, records, tally and acknowledgements. */
const whileFollowed = (workers: (url: string, heard: Array<string>) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const url = yield* makeDatabase()
    const reader = yield* open(url, { maxConnections: 1 })
    const run = yield* connect(url)
    const heard: Array<string> = []
    let isOver = false
    const following = yield* Effect.forkChild(
      follow(reader, () => isOver),
      { startImmediately: true }
    )
    yield* workers(url, heard)
    // The server still executes the statements of killed processes. Wait until only the reader's session and this one are left.
    const sessions = "SELECT count(*)::int4 FROM pg_stat_activity WHERE datname = current_database()"
    while (Number(yield* run(sessions)) > 2) yield* Effect.sleep("5 millis")
    // Another open transaction on the server can hide the end of the log for a moment.
    const last =
      "SELECT concat_ws('.', (SELECT log FROM handoff_store), epoch, xid, n) FROM handoff_log ORDER BY epoch DESC, xid DESC, n DESC LIMIT 1"
    const end = String(yield* run(last))
    while (Option.getOrUndefined(yield* reader.end) !== end) yield* Effect.sleep("5 millis")
    isOver = true
    const seen = yield* Fiber.join(following)

    const names = namesOf(seen)
    assert.deepStrictEqual(names, namesOf(yield* wholeLog(reader)))
    const reached = new Map<string, number>()
    for (const { recordId, revision } of seen) {
      assert.strictEqual(revision, (reached.get(recordId) ?? 0) + 1, recordId)
      reached.set(recordId, revision)
    }
    assert.strictEqual(new Set(heard).size, heard.length, "two were acknowledged the same revision")
    const known = new Set(names)
    assert.deepStrictEqual(
      heard.filter((name) => !known.has(name)),
      [],
      "what was acknowledged is in the log"
    )
    for (const [index, { event }] of seen.entries()) {
      const text = event._tag === "Created" ? event.request.taskDescription : ""
      if (text.startsWith("with ")) assert.strictEqual(`with ${names[index - 1]}`, text, "a commit is whole")
    }
    const records = yield* allRecords(reader)
    assert.deepStrictEqual(new Map(records.map(({ recordId, revision }) => [recordId, revision])), reached)
    const sums = new Map<string, number>()
    for (const [name, amount] of records.flatMap(tallyOf)) sums.set(name, (sums.get(name) ?? 0) + amount)
    const tally = Object.entries(yield* reader.tally).filter(([, amount]) => amount !== 0)
    assert.deepStrictEqual(new Map(tally), new Map([...sums].filter(([, amount]) => amount !== 0)))
  })

describe("several processes on one database", () => {
  it.live("commit from four of them while a reader of the log sees every entry once and in order", () =>
    whileFollowed((url, heard) =>
      Effect.gen(function* () {
        const workers = [0, 1, 2, 3].map((n) => start("worker.ts", url, `w${n}`, "40"))
        const codes = yield* Effect.promise(() => Promise.all(workers.map((worker) => listen(worker, heard))))
        assert.deepStrictEqual(codes, [0, 0, 0, 0])
      })
    )
  )

  const kills = Number(process.env["KILLS"] ?? 12)
  const seed = process.env["SEED"] ?? "1"

  it.live(
    `lose no acknowledged commit and skip no entry under kill -9, at ${kills} random moments from seed ${seed}`,
    () =>
      whileFollowed((url, heard) =>
        Effect.gen(function* () {
          for (let round = 0; round < kills / 2; round++) {
            const delays = [yield* Random.nextBetween(0, 200), yield* Random.nextBetween(0, 200)]
            yield* Effect.promise(() =>
              Promise.all([
                listen(start("worker.ts", url, `s${round}`, "15"), heard).then((code) => assert.strictEqual(code, 0)),
                ...delays.map(async (delay, n) => {
                  const worker = start("worker.ts", url, `k${round}.${n}`, "1000000")
                  worker.child.stdout?.once("data", () => setTimeout(() => worker.child.kill("SIGKILL"), delay))
                  assert.isNull(await listen(worker, heard))
                })
              ])
            )
          }
        }).pipe(Random.withSeed(seed))
      ),
    60_000 + kills * 2000
  )
})
