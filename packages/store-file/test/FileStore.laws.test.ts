import { join } from "node:path"

import * as StoreLaws from "@aumai/handoff-core/StoreLaws"
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import { FileStore } from "../src/index.ts"
import { temporaryDirectory } from "./processes.ts"

const inDirectory = <A, E>(body: (path: string) => Effect.Effect<A, E>) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    return Effect.ensuring(
      body(join(directory.path, "handoffs.json")),
      Effect.sync(() => directory[Symbol.dispose]())
    )
  })

describe("FileStore keeps the laws of every store", () => {
  for (const { name, check } of StoreLaws.laws) {
    it.live(name, () => inDirectory((path) => Effect.provide(check, FileStore.layer({ path }))))
    it.live(`${name}, with a checkpoint after nearly every commit`, () =>
      inDirectory((path) => Effect.provide(check, FileStore.layer({ path, checkpointBytes: 0 })))
    )
  }
  for (const { name, check } of StoreLaws.reopening) {
    it.live(name, () => inDirectory((path) => check(FileStore.layer({ path }))))
    it.live(`${name}, each time as a one-shot`, () =>
      inDirectory((path) => check(FileStore.layer({ path, oneShot: true })))
    )
  }
})
