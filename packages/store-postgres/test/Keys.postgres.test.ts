import type { Change, Commit as Changes } from "@aumai/handoff-core"
import { keyLogId, type LogName } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"

import { connect, makeDatabase, query } from "../../../tooling/databases.ts"
import * as Address from "../src/Address.ts"
import * as AgentStatements from "../src/AgentStatements.ts"
import * as Commit from "../src/Commit.ts"
import * as Connections from "../src/Connections.ts"
import { PostgresStore } from "../src/index.ts"
import * as Schema from "../src/Schema.ts"
import { start } from "./processes.ts"
import { begun, keyAfter, lifeOf, sealOf } from "./sealed.ts"

const waiting =
  "SELECT count(*)::int4 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

const untilOneWaits = (url: string) =>
  Effect.gen(function* () {
    while (((yield* query(url, waiting))[0]?.[0] ?? 0) !== 1) yield* Effect.sleep("2 millis")
  })

/** The entries that name another number of keys than were recorded before their position. */
const misplaced = `
  SELECT * FROM (
    SELECT record_id, revision, coalesce((event::jsonb -> 'event' ->> 'keys')::int8, 0) AS keys,
      (SELECT count(*) FROM handoff_keys k WHERE (k.epoch, k.xid, k.n) < (l.epoch, l.xid, l.n)) AS recorded
    FROM handoff_log l
  ) x WHERE keys <> recorded`

/** A group of commits for each statement that writes, after the commit that it needs. */
interface Form {
  readonly before: ReadonlyArray<Change>
  readonly group: ReadonlyArray<Changes>
}

const forms: Readonly<Record<string, (id: string, log: LogName, keys: number) => Form>> = {
  "creates one handoff": (id, log, keys) => ({ before: [], group: [[begun(id, sealOf(log, keys))]] }),
  "advances one handoff": (id, log, keys) => {
    const [created, accepted] = lifeOf(id, sealOf(log, keys))
    return { before: [created], group: [[accepted]] }
  },
  "completes one handoff": (id, log, keys) => {
    const [created, accepted, started, completed] = lifeOf(id, sealOf(log, keys))
    return { before: [created, accepted, started], group: [[completed]] }
  },
  "has one change for each of two commits": (id, log, keys) => {
    const seal = sealOf(log, keys)
    return { before: [], group: [[begun(`${id}.a`, seal)], [begun(`${id}.b`, seal)]] }
  },
  "has two changes for one of two commits": (id, log, keys) => {
    const seal = sealOf(log, keys)
    return { before: [], group: [[begun(`${id}.a`, seal), begun(`${id}.b`, seal)], [begun(`${id}.c`, seal)]] }
  }
}

describe("a commit that names the log", () => {
  for (const [name, form] of Object.entries(forms)) {
    it.live(`is refused if the keys change while it waits, when its statement ${name}`, () =>
      Effect.gen(function* () {
        const url = yield* makeDatabase()
        const run = yield* connect(url)
        const address = yield* Address.read(url)
        let keys = 0
        // The first commit is planned as it runs, the next one runs a prepared statement.
        const connections = yield* Connections.make(address, 1)
        const { log } = yield* Schema.open(connections)
        const commit = Commit.make(connections, log, Effect.void)
        for (const id of ["planned", "prepared"]) {
          const { before, group } = form(id, log, keys)
          const [first, ...others] = before
          if (first !== undefined) yield* commit([[first, ...others]])
          const entries = yield* run("SELECT count(*)::int4 FROM handoff_log")
          yield* run("BEGIN")
          for (const sql of AgentStatements.lockLog) yield* run(sql)
          const committing = yield* Effect.forkChild(commit(group), { startImmediately: true })
          yield* untilOneWaits(url)
          const { event, revision } = keyAfter(log, keys)
          const row = { log, revision, event: JSON.stringify(event) }
          yield* run(AgentStatements.record, AgentStatements.recordParameters([row], log))
          yield* run("COMMIT")
          const results = yield* Fiber.join(committing)
          assert.deepStrictEqual(
            results.map((result) => (Result.isFailure(result) ? result.failure.recordId : "written")),
            group.map(() => keyLogId)
          )
          assert.deepStrictEqual(yield* run("SELECT count(*)::int4 FROM handoff_log"), entries)
          keys += 1
          // A commit that names the new keys is written.
          const again = form(`${id} again`, log, keys)
          const [next, ...more] = again.before
          if (next !== undefined) yield* commit([[next, ...more]])
          assert.isTrue((yield* commit(again.group)).every(Result.isSuccess))
        }
        assert.deepStrictEqual(yield* run(misplaced), [])
      })
    )
  }

  it.live("holds up a change of keys, which then comes after it", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const { agents, handoffs } = yield* PostgresStore.make({ url })
      const { log } = yield* handoffs.origin
      const run = yield* connect(url)
      yield* handoffs.commit([begun("before", sealOf(log, 0))])
      yield* run("BEGIN")
      // As a commit does: it locks the log first, and gets its id when it writes.
      yield* run("LOCK TABLE handoff_log IN ROW EXCLUSIVE MODE")
      const changing = yield* Effect.forkChild(agents.record([keyAfter(log, 0)]), { startImmediately: true })
      yield* untilOneWaits(url)
      yield* run(
        "INSERT INTO handoff_log SELECT epoch, pg_current_xact_id(), 1, 'under way', 1, event FROM handoff_log"
      )
      yield* run("COMMIT")
      yield* Fiber.join(changing)
      yield* handoffs.commit([begun("after", sealOf(log, 1))])
      assert.deepStrictEqual(yield* run(misplaced), [])
    })
  )

  it.live("is held up for seconds at most by a change of keys that waits for a vacuum", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const { agents, handoffs } = yield* PostgresStore.make({ url })
      const { log } = yield* handoffs.origin
      const run = yield* connect(url)
      yield* run("BEGIN")
      // The lock of a vacuum, which conflicts with no commit.
      yield* run("LOCK TABLE handoff_log IN SHARE UPDATE EXCLUSIVE MODE")
      const changing = yield* Effect.forkChild(Effect.flip(agents.record([keyAfter(log, 0)])), {
        startImmediately: true
      })
      yield* untilOneWaits(url)
      yield* handoffs.commit([begun("behind", sealOf(log, 0))])
      const error = yield* Fiber.join(changing)
      assert.match(error.message, /Another session holds a lock on the log .* Nothing was changed$/)
      yield* run("COMMIT")
      yield* agents.record([keyAfter(log, 0)])
    })
  )

  it.live("has the position of its keys, however two processes commit while two change keys", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      yield* Effect.scoped(PostgresStore.make({ url }))
      const keepers = [0, 1].map(() => start("keyed.ts", "keeper", url))
      // On a busy machine they may start after the writers have ended.
      yield* Effect.repeat(query(url, "SELECT count(*)::int4 FROM handoff_keys"), {
        until: ([row]) => Number(row?.[0]) > 0,
        schedule: Schedule.spaced(20)
      })
      const writers = ["w0", "w1"].map((name) => start("keyed.ts", "writer", url, name, "6"))
      const codes = yield* Effect.promise(() => Promise.all(writers.map(({ exit }) => exit)))
      for (const { child } of keepers) child.kill("SIGKILL")
      assert.deepStrictEqual(codes, [0, 0])
      assert.deepStrictEqual(yield* query(url, misplaced), [])
      // Otherwise the commits did not meet the changes of keys.
      const seen = "SELECT count(DISTINCT event::jsonb -> 'event' ->> 'keys')::int4 FROM handoff_log"
      assert.isAbove(Number((yield* query(url, seen))[0]?.[0]), 10)
    })
  )
})
