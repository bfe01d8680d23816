import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { inDirectory, programPath, type Running, startCommand } from "./processes.ts"
import { verify } from "./verify.ts"

const linesOf = (running: Running) =>
  Effect.promise(async () => {
    const lines: Array<string> = []
    for (let line = await running.nextLine(); line !== undefined; line = await running.nextLine()) lines.push(line)
    assert.strictEqual(await running.exit, 0)
    const acknowledged = lines.filter((line) => /^\S+ 1$/.test(line))
    assert.isAbove(acknowledged.length, 10)
    return { acknowledged, report: lines.slice(acknowledged.length) }
  })

// A private mount that disappears with its processes.
const smallDisk = ["-rm", "sh", "-c", `mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"`]
const canMount = spawnSync("unshare", [...smallDisk, "/mnt", "true"]).status === 0

describe("a full disk", () => {
  it.live.skipIf(!canMount)(
    "fails the commit with `full`, keeps every record readable, and accepts commits once there is space",
    () =>
      inDirectory((at) =>
        Effect.gen(function* () {
          const program = [process.execPath, programPath("fill.ts"), at("handoffs.db"), at("ballast")]
          const { report } = yield* linesOf(startCommand("unshare", ...smallDisk, at("."), ...program))
          assert.deepStrictEqual(report, [
            `full: No space is left for ${at("handoffs.db")}. Nothing was changed; free some space and repeat`,
            "lost here: 0, there: 0",
            "of 0 others"
          ])
        })
      )
  )
})

describe("a file that cannot grow", () => {
  it.live("fails the commit with `full` and loses no acknowledged commit", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        const limited = ["-c", `ulimit -f 1500 && exec "$@"`, "sh", process.execPath, programPath("fill.ts")]
        const { acknowledged, report } = yield* linesOf(startCommand("sh", ...limited, at("handoffs.db")))
        const [error = "", lost] = report
        assert.match(
          error,
          /^full: .*limit of this process.*Nothing was changed; raise the limit \(ulimit -f\) and repeat$/
        )
        assert.strictEqual(lost, "lost here: 0, there: 0")
        assert.isTrue(existsSync(at("handoffs.db")))
        yield* verify(at("handoffs.db"), acknowledged)
      })
    )
  )
})
