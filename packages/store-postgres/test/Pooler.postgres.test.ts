import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

import * as StoreLaws from "@aumai/handoff-core/StoreLaws"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll } from "vitest"

import { makeDatabase, query } from "../../../tooling/databases.ts"
import { created } from "../../testing/src/handoffs.ts"
import { PostgresStore } from "../src/index.ts"
import { namesOf, wholeLog } from "./stores.ts"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")
// The path of PgBouncer. Without it, these tests are skipped.
const binary = process.env["AUMAI_TEST_PGBOUNCER"] ?? ""

// PgBouncer refuses to run as root.
const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** A pooler with two sessions for each database, which gives each transaction one of them. */
const makePooler = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const { hostname, port, username } = new URL(url)
      const directory = mkdtempSync(join(tmpdir(), "aumai-pooler-"))
      const own = await freePort()
      const file = join(directory, "pgbouncer.ini")
      const lines = [
        "[databases]",
        `* = host=${hostname} port=${port} user=${username}`,
        "[pgbouncer]",
        "listen_addr = 127.0.0.1",
        `listen_port = ${own}`,
        "unix_socket_dir =",
        "auth_type = any",
        "pool_mode = transaction",
        "default_pool_size = 2",
        "max_client_conn = 200",
        "logfile = /dev/null"
      ]
      writeFileSync(file, lines.join("\n"))
      chmodSync(directory, 0o755)
      const pooler = spawn(binary, [file], { ...identity, stdio: ["ignore", "ignore", "ignore"], cwd: "/" })
      return { directory, pooler, port: String(own) }
    }),
    ({ directory, pooler }) =>
      Effect.promise(async () => {
        const ended = new Promise((resolve) => pooler.once("exit", resolve))
        if (pooler.kill("SIGINT")) await ended
        rmSync(directory, { recursive: true })
      })
  )

const settings = ["seqscan", "bitmapscan", "sort", "incremental_sort", "nestloop", "mergejoin"].map(
  (name) => `enable_${name} = off`
)

describe.skipIf(binary === "")("behind PgBouncer in transaction mode", () => {
  const scope = Scope.makeUnsafe()
  let direct = ""
  let url = ""
  beforeAll(async () => {
    const opened = Effect.gen(function* () {
      direct = yield* makeDatabase()
      const name = new URL(direct).pathname.slice(1)
      for (const setting of [...settings, "jit = off", "plan_cache_mode = force_generic_plan"]) {
        yield* query(direct, `ALTER DATABASE ${name} SET ${setting}`)
      }
      const { port } = yield* makePooler(direct)
      url = Object.assign(new URL(direct), { port, search: "pgbouncer=true" }).href
    })
    await Effect.runPromise(Scope.provide(opened, scope))
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  for (const { name, check } of StoreLaws.laws) {
    it.live(name, () => Effect.suspend(() => Effect.provide(check, PostgresStore.layer({ url }))))
  }

  it.live("a log is read once and in order while four stores write to it", () =>
    Effect.gen(function* () {
      const stores = yield* Effect.all(
        Array.from({ length: 4 }, () => Effect.map(PostgresStore.make({ url }), ({ handoffs }) => handoffs))
      )
      const [reader] = stores
      if (reader === undefined) return yield* Effect.die("no store")
      const before = (yield* wholeLog(reader)).length
      yield* Effect.forEach(
        stores.flatMap((store, s) => Array.from({ length: 50 }, (_, n) => store.commit([created(`p${s}.${n}`, at)]))),
        (commit) => commit,
        { concurrency: "unbounded" }
      )
      const names = namesOf(yield* wholeLog(reader)).slice(before)
      assert.strictEqual(new Set(names).size, 200)
      assert.strictEqual(names.length, 200)
    })
  )

  it.live("without pgbouncer=true in the URL, the error asks for it", () =>
    Effect.gen(function* () {
      const plain = Object.assign(new URL(url), { search: "" }).href
      const { detail } = yield* Effect.flip(Effect.scoped(PostgresStore.make({ url: plain })))
      assert.match(detail, /is a pooler: unsupported startup parameter: \w+\. Add pgbouncer=true to the URL/)
    })
  )
})
