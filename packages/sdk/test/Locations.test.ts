import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it, vi } from "vitest"

import { spellings } from "../../testing/src/locations.ts"
import { openHandoffs as openInBrowser } from "../src/browser.ts"
import { fileOf, openHandoffs, storeLayer } from "../src/node.ts"
import { temporaryDirectory } from "./stores.ts"

const secret = "hunter2"
const all = spellings(secret)

/** Everything that a program may print of an error. */
const printed = (error: unknown): string =>
  error instanceof Error ? `${String(error)} ${JSON.stringify(error)} ${error.stack ?? ""} ${printed(error.cause)}` : ""

describe("a location with a password, however it is spelled", () => {
  it("is refused without the password, by promises and layers", async () => {
    using directory = temporaryDirectory()
    const before = process.cwd()
    process.chdir(directory.path)
    // A database server that does not listen is waited for no longer than this.
    vi.stubEnv("PGCONNECT_TIMEOUT", "1")
    try {
      const opened: Array<string> = []
      const open = async (location: string) => {
        const error = await openHandoffs(location).then(
          async (handoffs) => {
            opened.push(location)
            return handoffs.close()
          },
          (error: unknown) => error
        )
        expect(printed(error)).not.toContain(secret)
        const exit = await Effect.runPromiseExit(Effect.scoped(Layer.build(storeLayer(location))))
        expect(JSON.stringify(exit)).not.toContain(secret)
      }
      await Promise.all(all.map(open))
      expect(opened).toEqual([])
    } finally {
      vi.unstubAllEnvs()
      process.chdir(before)
    }
  })

  it("is not taken for a file", () => {
    expect(all.filter((location) => fileOf(location)?.includes(secret))).toEqual([])
  })

  it("is not printed by the store of a browser", async () => {
    for (const location of all) {
      const error: unknown = await openInBrowser(location).then(
        () => undefined,
        (error: unknown) => error
      )
      expect(printed(error)).not.toContain(secret)
    }
  })

  it.each([
    "data//handoffs.json",
    "a b.json",
    "./a:b@c.json",
    "/srv/a:b@c/handoffs.json",
    "C:\\a\\b.json",
    "mail@home.json"
  ])("differs from the path of a file such as %s", (path) => {
    expect(fileOf(path)).toBe(path)
    expect(fileOf(`sqlite:${path}`)).toBe(path)
  })
})
