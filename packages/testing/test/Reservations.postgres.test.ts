import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

import { HandoffManager } from "@aumai/handoff-core"
import { AgentId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

import { makeDatabase } from "../../../tooling/databases.ts"
import { storeAt } from "../src/storeAt.ts"

const agent = AgentId.make("executor")

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "aumai-handoff-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const locations = {
  file: Effect.map(directory, (path) => `file:${join(path, "handoffs.json")}`),
  SQLite: Effect.map(directory, (path) => `sqlite:${join(path, "handoffs.db")}`),
  PostgreSQL: makeDatabase()
}

/** Starts a process that claims, and stops between its reservation and its commit. */
const startReserver = (location: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [join(import.meta.dirname, "programs/reserver.ts"), location, agent], {
        stdio: ["pipe", "pipe", "inherit"]
      })
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      return { child, line: Effect.promise(async () => String((await lines.next()).value)) }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

const claimed = Effect.map(
  Effect.flatMap(HandoffManager, (manager) => manager.claim(agent)),
  Option.map(({ recordId }) => String(recordId))
)

const create = (id: string, priority: number) =>
  Effect.flatMap(HandoffManager, (manager) =>
    manager.create({ fromAgent: "planner", toAgent: agent, taskDescription: "Claim it", priority }, { id })
  )

for (const [name, location] of Object.entries(locations)) {
  describe(`a process that reserved a handoff in a ${name} store`, () => {
    it.live("and was killed holds it back for a moment only", () =>
      Effect.gen(function* () {
        const at = yield* location
        yield* Effect.gen(function* () {
          yield* create("urgent", 10)
          yield* create("calm", 1)
          const reserver = yield* startReserver(at)
          assert.strictEqual(yield* reserver.line, "urgent")
          reserver.child.kill("SIGKILL")
          // The first is still reserved, or its time is over already on a slow machine.
          const taken = [yield* claimed, yield* claimed].map(Option.getOrThrow)
          assert.sameMembers(taken, ["calm", "urgent"])
          assert.isTrue(Option.isNone(yield* claimed))
        }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provide(storeAt(at)))))
      })
    )

    it.live("and was paused loses it, and takes the next one", () =>
      Effect.gen(function* () {
        const at = yield* location
        yield* Effect.gen(function* () {
          yield* create("urgent", 10)
          const reserver = yield* startReserver(at)
          assert.strictEqual(yield* reserver.line, "urgent")
          reserver.child.kill("SIGSTOP")
          assert.deepStrictEqual(yield* claimed, Option.some("urgent"))
          yield* create("calm", 1)
          reserver.child.stdin.write("go\n")
          reserver.child.kill("SIGCONT")
          assert.strictEqual(yield* reserver.line, "claimed calm")
          const manager = yield* HandoffManager
          assert.deepStrictEqual(
            (yield* manager.history((yield* create("urgent", 10)).recordId)).map(({ event }) => event._tag),
            ["Created", "Accepted"]
          )
        }).pipe(Effect.provide(HandoffManager.layer.pipe(Layer.provide(storeAt(at)))))
      })
    )
  })
}
