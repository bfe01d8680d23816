import { once } from "node:events"

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { makeDatabase, query } from "../../../tooling/databases.ts"
import { commandProcess } from "./command.ts"
import { heldIn, liveOn } from "./life.ts"

const cli = commandProcess()
const promise = Effect.promise
// The command on a machine whose clock is an hour ahead.
const ahead = {
  NODE_OPTIONS: "--import=data:text/javascript,const%20now=Date.now;Date.now=()=>now()+3600000"
}

describe("a PostgreSQL store", () => {
  it.live("serves every command", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      yield* promise(() => liveOn(cli, url))
    })
  )

  it.live("that was not begun is refused by commands that read, and they create no tables", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      for (const words of [["list"], ["export"], ["verify"], ["sweep"], ["accept", "--id", "x"]]) {
        const { code, stderr } = yield* promise(() => cli.run([...words, "--store", url]))
        assert.strictEqual(code, 1)
        assert.match(stderr, /^Error: There is no store at postgres:.*or begin one there with 'aumai-handoff create /)
      }
      assert.deepStrictEqual(yield* query(url, "SELECT relname::text FROM pg_class WHERE relname LIKE 'handoff%'"), [])
    })
  )

  it.live("is followed from a position of its log", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const id = yield* promise(() => cli.create(url))
      yield* promise(() => cli.run(["accept", "--id", id, "--store", url]))
      const history = yield* promise(() => cli.run(["history", "--id", id, "--json", "--store", url]))
      const [{ position }] = JSON.parse(history.stdout) as readonly [{ readonly position: string }]
      const follower = cli.start(["watch", "--json", "--from", position, "--store", url])
      const line = yield* promise(() => once(follower.stdout.setEncoding("utf8"), "data"))
      follower.kill("SIGINT")
      assert.include(String(line), "Accepted")
      assert.notInclude(String(line), "Created")
    })
  )

  it.live("counts durations by its own clock, and sweeps by it", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const words = ["create", "--from", "planner", "--to", "executor", "--task", "Generate Q3 report"]
      const created = yield* promise(() =>
        cli.run([...words, "--deadline", "30m", "--json", "--store", url], { env: ahead })
      )
      const { request } = JSON.parse(created.stdout) as { readonly request: { readonly deadline: string } }
      assert.isAtMost(Date.parse(request.deadline), Date.now() + 1_800_000)
      const swept = yield* promise(() => cli.run(["sweep", "--json", "--store", url], { env: ahead }))
      assert.strictEqual(swept.stdout, "[]\n")
    })
  )

  it.live("is copied from a file and into SQLite, with every history", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      yield* promise(() => liveOn(cli, "from.json"))
      const copied = yield* promise(() => cli.run(["copy", "--from", "from.json", "--to", url]))
      assert.deepStrictEqual([copied.code, copied.stderr], [0, ""])
      yield* promise(() => cli.run(["copy", "--from", url, "--to", "sqlite:to.db"]))
      const held = yield* promise(() => heldIn(cli, "from.json"))
      assert.strictEqual(yield* promise(() => heldIn(cli, url)), held)
      assert.strictEqual(yield* promise(() => heldIn(cli, "sqlite:to.db")), held)
    })
  )

  it.live("that cannot be opened is refused with one sentence without the password", () =>
    Effect.gen(function* () {
      const url = new URL(yield* makeDatabase())
      url.pathname = "/nowhere"
      url.password = "hunter2"
      const { code, stderr } = yield* promise(() => cli.run(["list", "--store", url.href]))
      assert.strictEqual(code, 1)
      assert.match(stderr, /^Error: .*nowhere.*\n$/)
      assert.notInclude(stderr, "hunter2")
    })
  )
})
