import { AgentStore, decodeAgent, HandoffManager, learnKeys, MemoryStore } from "@aumai/handoff-core"
import { decodeArchived, decodeKeyEvent } from "@aumai/handoff-protocol"
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
      // The keys are learned after the handoffs, because some entries of the archive are unsigned. Format 1 keeps them beside
      // the agents only.
      const { keys } = format === "format-1" ? { keys: [] } : JSON.parse(textOf(format, "full-archive.json"))
      yield* learnKeys(keys.map((key: unknown) => Result.getOrThrow(decodeKeyEvent("key", key))))
      for (const agent of agents) yield* put(Result.getOrThrow(decodeAgent("agent", agent)))
      const { agents: _, log: imported, ...held } = yield* contents
      expect(held).toEqual(expected)
      // Imported one handoff after the other.
      expect(imported.toSorted()).toEqual(log.toSorted())
    }).pipe(Effect.provide(layer))
  )
})
