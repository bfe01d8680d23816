import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { inDirectory, programPath, type Running, startCommand } from "./processes.ts"
import { verify } from "./verify.ts"

const heardFrom = (running: Running) =>
  Effect.promise(async () => {
    const lines: Array<string> = []
    for (let line = await running.nextLine(); line !== undefined; line = await running.nextLine()) lines.push(line)
    assert.strictEqual(await running.exit, 0)
    const acknowledged = lines.filter((line) => /^\S+ 1$/.test(line))
    assert.isAbove(acknowledged.length, 10)
    return { acknowledged, said: lines.slice(acknowledged.length) }
  })

// A disk of its own, which ends with the processes that see it.
const smallDisk = ["-rm", "sh", "-c", `mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"`]
const canMount = spawnSync("unshare", [...smallDisk, "/mnt", "true"]).status === 0

describe("a full disk", () => {
  it.live.skipIf(!canMount)(
    "refuses the commit as full, keeps everything readable, and takes commits again later",
    () =>
      inDirectory((at) =>
        Effect.gen(function* () {
          const program = [process.execPath, programPath("fill.ts"), at("handoffs.db"), at("ballast")]
          const { said } = yield* heardFrom(startCommand("unshare", ...smallDisk, at("."), ...program))
          assert.deepStrictEqual(said, [
            `full: No space is left for ${at("handoffs.db")}. Nothing was changed; free some space and repeat`,
            "lost here: 0, there: 0",
            "of 0 others"
          ])
        })
      )
  )
})

describe("a file that may not grow", () => {
  it.live("leaves the commit in doubt, says so, and nothing acknowledged is lost", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const limited = ["-c", `ulimit -f 1500 && exec "$@"`, "sh", process.execPath, programPath("fill.ts")]
        const { acknowledged, said } = yield* heardFrom(startCommand("sh", ...limited, at("handoffs.db")))
        const [error = "", lost] = said
        assert.match(error, /^unavailable: .*The change may have happened; read before repeating it$/)
        assert.strictEqual(lost, "lost here: 0, there: 0")
        assert.isTrue(existsSync(at("handoffs.db")))
        yield* verify(at("handoffs.db"), acknowledged)
      })
    )
  )
})
