import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

import { describe, expect, it } from "vitest"

import { openHandoffs as openInBrowser } from "../src/browser.ts"
import { InvalidInput } from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { ask, rejection, temporaryDirectory } from "./stores.ts"

const packageDirectory = join(import.meta.dirname, "..")
const bun = join(packageDirectory, "../../node_modules/.bin/bun")

/** A copy of this package in a project with only some of the store packages. */
const installedWith = (directory: string, ...packages: ReadonlyArray<string>): string => {
  cpSync(join(packageDirectory, "src"), join(directory, "sdk/src"), { recursive: true })
  cpSync(join(packageDirectory, "package.json"), join(directory, "sdk/package.json"))
  mkdirSync(join(directory, "node_modules/@aumai"), { recursive: true })
  for (const name of packages) {
    const target = realpathSync(join(packageDirectory, "node_modules", name))
    symlinkSync(target, join(directory, "node_modules", name), "junction")
  }
  const program = join(directory, "program.ts")
  writeFileSync(
    program,
    `import { openHandoffs } from "./sdk/src/node.ts"
    for (const location of process.argv.slice(2)) {
      const opened = await openHandoffs(location).then(
        async (handoffs) => {
          await handoffs.create({ fromAgent: "a", toAgent: "b", taskDescription: "c" })
          await handoffs.close()
          return "opened"
        },
        (error) => [error._tag, error.reason, error.message].join(" | ")
      )
      console.log(opened)
    }`
  )
  return program
}

describe("a location", () => {
  it.each([
    ["", "Expected handoffs.json (any path), sqlite:handoffs.db, postgres://user@host/database or memory:"],
    ["mysql://root:secret@host/db", "mysql: names no store (write ./mysql:… for a file of that name)"],
    ["redis://host", "redis: names no store"],
    ["https://example.org/handoffs.json", "https: names no store"],
    ["memory:mine", "Expected memory: without a name"],
    ["sqlite:", "Expected a path right behind sqlite:"],
    ["sqlite://handoffs.db", "Expected a path right behind sqlite:"],
    ["postgres:handoffs", "Expected a URL, as in postgres://user@host/database"],
    ["file:handoffs.json", "Expected a path alone"],
    ["handoffs.db", "Expected sqlite:handoffs.db for a SQLite database, or ./handoffs.db for a JSON file of that name"],
    ["data/h.SQLITE3", "Expected sqlite:data/h.SQLITE3 for a SQLite database, or ./data/h.SQLITE3 for"],
    ["/srv/h.sqlite", "Expected sqlite:/srv/h.sqlite for a SQLite database, or a file:// URL for"],
    ["memory", "Expected memory: for a store in memory, or ./memory for"],
    [":memory:", "Expected memory: for a store in memory"],
    ["sqlite::memory:", "write memory: for a store in memory"],
    ["sqlite", "Expected a path as well, as in sqlite:handoffs.db"],
    ["postgres", "Expected a URL, as in postgres://user@host/database"],
    ["postgresql//db.example/handoffs", "Expected a path, but this looks like an address"],
    ["file://elsewhere/handoffs.json", "Expected a path alone"]
  ])("%j is refused with what would work", async (location, sentence) => {
    const error = await rejection(openHandoffs(location))
    expect(error).toBeInstanceOf(InvalidInput)
    expect(error).toMatchObject({ message: expect.stringContaining(sentence) })
    expect(String(error)).not.toContain("secret")
  })

  it("that is not a text is refused", async () => {
    // The casts leave out an argument, as JavaScript can.
    expect(await rejection(openHandoffs(undefined as never))).toBeInstanceOf(InvalidInput)
    expect(await rejection(openInBrowser(undefined as never))).toBeInstanceOf(InvalidInput)
  })

  it.each([
    ["with a colon further on", "of:monday.json", "./of:monday.json"],
    ["with a drive", "C:\\handoffs.json", "C:\\handoffs.json"],
    ["without an ending", "handoffs", "handoffs"],
    ["named like a database", "handoffs.db", "./handoffs.db"],
    ["named like memory", "memory", "./memory"]
  ])("%s is a file", async (_, name, location) => {
    using directory = temporaryDirectory()
    const before = process.cwd()
    process.chdir(directory.path)
    try {
      await using handoffs = await openHandoffs(location)
      await handoffs.create(ask)
      await handoffs.close()
      expect(existsSync(join(directory.path, name))).toBe(true)
    } finally {
      process.chdir(before)
    }
  })

  it.each(["", "sqlite:"])("%sFILE without a store is refused by create: false and readOnly", async (scheme) => {
    using directory = temporaryDirectory()
    const path = join(directory.path, "none")
    for (const options of [{ create: false }, { readOnly: true }, { readOnly: true, create: true }]) {
      expect(await rejection(openHandoffs(`${scheme}${path}`, options))).toMatchObject({
        _tag: "StoreError",
        reason: "missing",
        message: expect.stringContaining(`There is no store at ${path}. Nothing was c`)
      })
    }
    expect(readdirSync(directory.path)).toEqual([])
  })

  it("can be opened only to read, which leaves nothing beside it and refuses to write", async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, "restored.json")
    writeFileSync(path, "[]\n")
    await using handoffs = await openHandoffs(path, { readOnly: true })
    expect(await handoffs.list({ _tag: "All" })).toEqual([])
    expect(await rejection(handoffs.create(ask))).toMatchObject({
      reason: "unavailable",
      message: `${path} was opened to read only. Nothing was changed; open it without readOnly`
    })
    expect(readdirSync(directory.path)).toEqual(["restored.json"])
  })

  it("can be the URL of a file", async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, "hand offs.json")
    await using handoffs = await openHandoffs(pathToFileURL(path).href, { oneShot: true })
    await handoffs.create(ask)
    expect(existsSync(path)).toBe(true)
  })

  it.each(["", "sqlite:handoffs.db", "postgres://host/db", "file:///handoffs.json", "memory:mine"])(
    "%j is not a name for a database in a browser",
    async (name) => {
      expect(await rejection(openInBrowser(name))).toBeInstanceOf(InvalidInput)
    }
  )
})

describe.each([
  ["node", process.execPath],
  ["bun", bun]
])("in %s", (_, runtime) => {
  const run = (program: string, ...locations: ReadonlyArray<string>) =>
    execFileSync(runtime, [program, ...locations], { cwd: join(program, ".."), encoding: "utf8" }).trim()

  it("a missing package is named with the command to install it, and no other package is loaded", () => {
    using directory = temporaryDirectory()
    const engine = ["effect", "@aumai/handoff-core", "@aumai/handoff-protocol"]
    const program = installedWith(directory.path, ...engine)
    const missing = (name: string) =>
      `StoreError | unavailable | This store needs the package ${name}; install it: npm install ${name}`
    const expected: Readonly<Record<string, string>> = {
      "memory:": "opened",
      "handoffs.json": missing("@aumai/handoff-store-file"),
      "sqlite:handoffs.db": missing("@aumai/handoff-store-sqlite"),
      "postgresql://me:secret@host/db": missing("@aumai/handoff-store-postgres"),
      "postgres://me:secret@host/db": missing("@aumai/handoff-store-postgres")
    }
    expect(run(program, ...Object.keys(expected)).split("\n")).toEqual(Object.values(expected))
  })

  it("a package that fails to load is reported with the reason", () => {
    using directory = temporaryDirectory()
    const program = installedWith(directory.path, "effect", "@aumai/handoff-core", "@aumai/handoff-protocol")
    const broken = join(directory.path, "node_modules/@aumai/handoff-store-sqlite")
    mkdirSync(broken)
    writeFileSync(join(broken, "package.json"), JSON.stringify({ type: "module", exports: "./index.js" }))
    writeFileSync(join(broken, "index.js"), `throw new Error("no SQLite in this build")`)
    expect(run(program, "sqlite:handoffs.db")).toBe(
      "StoreError | unavailable | The package @aumai/handoff-store-sqlite cannot be loaded: no SQLite in this build"
    )
    writeFileSync(join(broken, "index.js"), `import "better-sqlite"`)
    expect(run(program, "sqlite:handoffs.db")).toContain("@aumai/handoff-store-sqlite cannot be loaded: ")
  })
})
