/** Stores on files with a record that cannot be read. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { HandoffManager, HandoffStore } from "@aumai/handoff-core"
import { RecordId } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { type Layout, layouts, type OddKind, oddKinds, plainRecord } from "../../testing/src/odd.ts"
import { FileStore, type JournalFile, JournalFs, NodeJournalFs } from "../src/index.ts"
import { temporaryDirectory } from "./processes.ts"

export const id = (text: string) => RecordId.make(text)
export const good = Array.from({ length: 30 }, (_, n) => plainRecord(`good-${n}`))
export const [indented, compact, tabbed] = layouts as readonly [Layout, Layout, Layout]
// The casts: the table has these kinds.
export const kind = (name: string) => oddKinds.find((one) => one.name === name) as OddKind

export const inFile = <A, E>(
  bytes: Buffer,
  body: (at: { readonly path: string; readonly names: () => ReadonlyArray<string> }) => Effect.Effect<A, E>
) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    const path = join(directory.path, "handoffs.json")
    writeFileSync(path, bytes)
    return Effect.ensuring(
      body({ path, names: () => readdirSync(directory.path).toSorted() }),
      Effect.sync(() => directory[Symbol.dispose]())
    )
  })

const unflushed = (file: JournalFile): JournalFile => ({ ...file, sync: Effect.void })

/** Real files that are not flushed, because the many stores here would take a minute. */
const fast = Layer.effect(
  JournalFs,
  Effect.map(JournalFs, (fs) =>
    JournalFs.of({
      ...fs,
      create: (path, mode) => Effect.map(fs.create(path, mode), unflushed),
      open: (path) => Effect.map(fs.open(path), unflushed),
      syncDirectory: () => Effect.void
    })
  )
).pipe(Layer.provide(NodeJournalFs.layer))

export const layerOf = (path: string, more: Partial<FileStore.FileStoreOptions> = {}) =>
  HandoffManager.layer.pipe(Layer.provideMerge(Layer.provide(FileStore.layerOn({ path, ...more }), fast)))

/** The number of times that bytes stand in a file. */
export const timesIn = (path: string, bytes: Buffer): number => {
  const file = readFileSync(path)
  let times = 0
  for (let at = file.indexOf(bytes); at !== -1; at = file.indexOf(bytes, at + bytes.length)) times += 1
  return times
}

export const all = Effect.flatMap(HandoffStore, (store) => store.list({ _tag: "All" }, { limit: 1000 }))
export const oddOnes = Effect.flatMap(HandoffStore, (store) => store.odd)
