import { AgentStore, decodeAgent, HandoffManager, MemoryStore } from "@aumai/handoff-core"
import { decodeArchived } from "@aumai/handoff-protocol"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"

import { expectedOf, textOf } from "../src/golden-files.ts"
import { contents, formats } from "../src/golden.ts"

const layer = HandoffManager.layer.pipe(Layer.provideMerge(MemoryStore.layer))

describe.each(formats)("an archive of %s", (format) => {
  it.effect("has every record and entry", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-12-03T00:00:00Z"))
      const { agents, log, ...expected } = expectedOf(format).contents
      const archive: ReadonlyArray<unknown> = JSON.parse(textOf(format, "archive.json"))
      const { import: importAll } = yield* HandoffManager
      const { put } = yield* AgentStore
      const reports = yield* Stream.fromIterable(archive).pipe(
        Stream.map((one) => Result.getOrThrow(decodeArchived("archive", one))),
        importAll,
        Stream.runCollect
      )
      expect(new Set(reports.map(({ outcome }) => outcome))).toEqual(new Set(["added"]))
      // Their keys are learned after their handoffs, because some entries in the archive are unsigned.
      for (const agent of agents) yield* put(Result.getOrThrow(decodeAgent("agent", agent)))
      const { agents: _, log: imported, ...held } = yield* contents
      expect(held).toEqual(expected)
      // Imported one handoff after the other.
      expect(imported.toSorted()).toEqual(log.toSorted())
    }).pipe(Effect.provide(layer))
  )
})
