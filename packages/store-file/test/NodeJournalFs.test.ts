import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

import { JournalFs } from "../src/JournalFs.ts"
import * as NodeJournalFs from "../src/NodeJournalFs.ts"
import { temporaryDirectory } from "./processes.ts"

const inDirectory = <A, E>(body: (directory: string) => Effect.Effect<A, E, JournalFs>) =>
  Effect.suspend(() => {
    const directory = temporaryDirectory()
    return body(directory.path).pipe(
      Effect.provide(NodeJournalFs.layer),
      Effect.ensuring(Effect.sync(() => directory[Symbol.dispose]()))
    )
  })

const local = { allowNetworkFileSystem: false }
const codeOf = <A, R>(effect: Effect.Effect<A, { readonly code: string }, R>) =>
  Effect.map(Effect.result(effect), (result) => (Result.isFailure(result) ? result.failure.code : "no failure"))

describe("NodeJournalFs", () => {
  it.effect("resolves links, even to a missing file, and refuses a path that is not a file", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const fs = yield* JournalFs
        const at = (name: string) => join(directory, name)
        mkdirSync(at("real"))
        symlinkSync("real/later.json", at("dangling"))
        symlinkSync("dangling", at("twice"))
        symlinkSync("loop", at("loop"))
        assert.strictEqual(yield* fs.resolve(at("twice"), local), at("real/later.json"))
        writeFileSync(at("real/later.json"), "[]")
        assert.strictEqual(yield* fs.resolve(at("twice"), local), at("real/later.json"))
        assert.strictEqual(yield* codeOf(fs.resolve(at("real"), local)), "EISDIR")
        assert.strictEqual(yield* codeOf(fs.resolve("/dev/null", local)), "NOT_A_FILE")
        assert.strictEqual(yield* codeOf(fs.resolve(at("nowhere/handoffs.json"), local)), "NO_DIRECTORY")
        assert.strictEqual(yield* codeOf(fs.resolve(at("loop"), local)), "ELOOP")
      })
    )
  )

  it.effect("appends, reads from an offset, truncates, and never overwrites with create", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const fs = yield* JournalFs
        const path = join(directory, "journal")
        const file = yield* fs.create(path, 0o640)
        assert.strictEqual(statSync(path).mode & 0o777, 0o640)
        assert.strictEqual(yield* codeOf(fs.create(path, 0o600)), "EEXIST")
        assert.strictEqual(yield* file.append(Buffer.from("first")), 5)
        const other = yield* fs.open(path)
        yield* other.append(Buffer.from(" second"))
        yield* file.append(Buffer.from(" third"))
        yield* file.sync
        assert.strictEqual(String(yield* file.readFrom(6)), "second third")
        yield* file.truncate(5)
        assert.strictEqual(readFileSync(path, "utf8"), "first")
        yield* fs.syncDirectory(directory)
        assert.deepStrictEqual(yield* fs.list(directory), ["journal"])
        yield* other.close
        yield* file.close
      })
    )
  )

  it.effect("reads more than the size of a synchronous read", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const fs = yield* JournalFs
        const path = join(directory, "large")
        const content = Buffer.alloc(3_000_001, "abcdefg")
        writeFileSync(path, content)
        assert.isTrue((yield* fs.read(path)).bytes.equals(content))
      })
    )
  )

  it.effect("distinguishes a rewritten file and a renamed one", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const fs = yield* JournalFs
        const path = join(directory, "handoffs.json")
        assert.isUndefined(yield* fs.stat(path))
        writeFileSync(path, "[1]")
        const first = yield* fs.stat(path)
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 20)))
        writeFileSync(path, "[2]")
        const second = yield* fs.stat(path)
        assert.strictEqual(first?.inode, second?.inode)
        assert.notStrictEqual(first?.version, second?.version)
        writeFileSync(`${path}.new`, "[2]")
        yield* fs.rename(`${path}.new`, path)
        assert.notStrictEqual((yield* fs.stat(path))?.inode, second?.inode)
      })
    )
  )

  it.effect("describes a failure by code, operation and path, in a sentence", () =>
    inDirectory((directory) =>
      Effect.gen(function* () {
        const fs = yield* JournalFs
        const error = yield* Effect.flip(fs.read(join(directory, "none")))
        assert.strictEqual(error.code, "ENOENT")
        assert.strictEqual(error.message, `Cannot open ${join(directory, "none")}: it does not exist`)
      })
    )
  )
})
