/** The stores of the tests: all of them if the store can matter, one otherwise. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type Handoffs, type OpenOptions } from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"

export const temporaryDirectory = (): { readonly path: string; readonly [Symbol.dispose]: () => void } => {
  const path = mkdtempSync(join(tmpdir(), "aumai-handoff-sdk-"))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A store, with a location in the test's directory. */
export interface StoreCase {
  readonly name: string
  readonly location: (directory: string) => string
  /** True if several clients can open it. */
  readonly isShared: boolean
}

export const stores: ReadonlyArray<StoreCase> = [
  { name: "memory", location: () => "memory:", isShared: false },
  { name: "file", location: (directory) => join(directory, "handoffs.json"), isShared: true },
  { name: "sqlite", location: (directory) => `sqlite:${join(directory, "handoffs.db")}`, isShared: true }
]

/** The store for tests of rules that are the same in every store. */
export const oneStore: ReadonlyArray<StoreCase> = stores.filter(({ name }) => name === "file")

/** Opens a store for one test and closes it afterwards. */
export const using = async (
  store: StoreCase,
  test: (handoffs: Handoffs, location: string) => Promise<void>,
  options: OpenOptions = {}
) => {
  using directory = temporaryDirectory()
  const location = store.location(directory.path)
  await using handoffs = await openHandoffs(location, options)
  await test(handoffs, location)
}

export const ask = { fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" }

/** The rejection of a promise. Fails the test if the promise resolves. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => {
      throw new Error(`Expected a rejection, got ${JSON.stringify(value)}`)
    },
    (error: unknown) => error
  )
