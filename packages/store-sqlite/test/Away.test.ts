import { mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { HandoffStore } from "@aumai/handoff-core"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { createOne } from "../../testing/src/handoffs.ts"
import { SqliteStore } from "../src/index.ts"
import { inDirectory, type Running, start } from "./processes.ts"

const name = "store/handoffs.db"
const open = (path: string) => Layer.fresh(SqliteStore.layer({ path }))
const idsIn = (path: string) =>
  Effect.map(
    Effect.provide(
      HandoffStore.use((store) => store.list({ _tag: "All" }, { limit: 100 })),
      open(path)
    ),
    (records): ReadonlyArray<string> => records.map(({ recordId }) => recordId)
  )

const namesIn = (directory: string) => new Set(readdirSync(directory, { recursive: true, encoding: "utf8" }))

type At = (name: string) => string

interface Meddling {
  readonly meddle: (at: At) => void
  readonly refused: RegExp
  /** Puts the files back where they can be opened. */
  readonly undo: ((at: At) => void) | undefined
}

const moved =
  /^unavailable: .*handoffs.db was moved, replaced or removed while it was open\. Nothing was changed; put it back/
const journalGone = /^unavailable: .*handoffs.db-wal was removed or replaced while .*close .* in every process/
const indexGone = /^unavailable: .*handoffs.db-shm was removed or replaced while/

/** Files of another store, made by a process that has them open. */
const otherStore = (at: At) => {
  mkdirSync(at("other"))
  const db = new DatabaseSync(at("other/handoffs.db"))
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE other (x)")
  for (const end of ["", "-wal", "-shm"])
    writeFileSync(at(`${name}${end}`), readFileSync(at(`other/handoffs.db${end}`)))
  db.close()
}

const meddlings: Readonly<Record<string, Meddling>> = {
  "moves the directory": {
    meddle: (at) => renameSync(at("store"), at("moved")),
    refused: moved,
    undo: (at) => renameSync(at("moved"), at("store"))
  },
  "moves the directory and makes a new one": {
    meddle: (at) => {
      renameSync(at("store"), at("moved"))
      mkdirSync(at("store"))
    },
    refused: moved,
    undo: (at) => {
      renameSync(at("store"), at("empty"))
      renameSync(at("moved"), at("store"))
    }
  },
  "moves the directory and puts another database in its place": {
    meddle: (at) => {
      renameSync(at("store"), at("moved"))
      mkdirSync(at("store"))
      otherStore(at)
    },
    refused: moved,
    undo: (at) => {
      renameSync(at("store"), at("replacement"))
      renameSync(at("moved"), at("store"))
    }
  },
  "moves the database": {
    meddle: (at) => renameSync(at(name), at("handoffs.db")),
    refused: moved,
    undo: (at) => renameSync(at("handoffs.db"), at(name))
  },
  "removes the database": { meddle: (at) => unlinkSync(at(name)), refused: moved, undo: undefined },
  "empties the directory": {
    meddle: (at) => readdirSync(at("store")).forEach((file) => unlinkSync(at(`store/${file}`))),
    refused: moved,
    undo: undefined
  },
  "removes the journal": { meddle: (at) => unlinkSync(at(`${name}-wal`)), refused: journalGone, undo: () => {} },
  "removes the index of the journal": {
    meddle: (at) => unlinkSync(at(`${name}-shm`)),
    refused: indexGone,
    undo: () => {}
  },
  "removes the journal and its index": {
    meddle: (at) => ["wal", "shm"].forEach((end) => unlinkSync(at(`${name}-${end}`))),
    refused: journalGone,
    undo: () => {}
  }
}

const lineOf = (running: Running) =>
  Effect.promise(async () => {
    const line = await running.nextLine()
    assert.isDefined(line, "the process ended")
    return line ?? ""
  })

const answer = (running: Running) =>
  Effect.suspend(() => {
    running.child.stdin?.write("go\n")
    return lineOf(running)
  })

const end = (running: Running) =>
  Effect.promise(() => {
    running.child.stdin?.end()
    return running.exit
  })

describe("a database in use by another process", () => {
  for (const [what, { meddle, refused, undo }] of Object.entries(meddlings)) {
    for (const role of ["reader", "writer"]) {
      it.live(`refuses a ${role} when another program ${what}, and loses nothing`, () =>
        inDirectory((at) =>
          Effect.gen(function* () {
            mkdirSync(dirname(at(name)))
            yield* Effect.provide(createOne("first"), open(at(name)))
            const running = start("using.ts", at(name), role)
            yield* lineOf(running)
            yield* Effect.provide(createOne("second"), open(at(name)))
            const ok = yield* answer(running)
            assert.match(ok, /^ok /)
            meddle(at)
            const before = namesIn(at("."))
            for (const _ of [1, 2]) assert.match(yield* answer(running), refused)
            assert.deepStrictEqual(namesIn(at(".")), before)
            assert.strictEqual(yield* end(running), 0)
            if (undo === undefined) return
            undo(at)
            const ids = yield* idsIn(at(name))
            assert.includeMembers([...ids], ["first", "second"])
            assert.strictEqual(`ok ${ids.length}`, ok)
          })
        )
      )
    }
  }

  it.live("leaves the files of another store at its old path alone when it closes", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        mkdirSync(dirname(at(name)))
        const running = start("using.ts", at(name), "writer")
        yield* lineOf(running)
        renameSync(at("store"), at("moved"))
        mkdirSync(at("store"))
        const other = start("using.ts", at(name), "writer")
        yield* lineOf(other)
        assert.match(yield* answer(running), moved)
        yield* end(running)
        other.child.kill("SIGKILL")
        yield* Effect.promise(() => other.exit)
        assert.strictEqual((yield* idsIn(at(name))).length, 1)
        assert.strictEqual((yield* idsIn(at("moved/handoffs.db"))).length, 1)
      })
    )
  )

  it.live("does not begin a new journal beside a process that has the removed one open", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        mkdirSync(dirname(at(name)))
        for (const ends of [["wal"], ["shm"], ["wal", "shm"]]) {
          const running = start("using.ts", at(name), "writer")
          yield* lineOf(running)
          for (const file of ends) unlinkSync(at(`${name}-${file}`))
          const error = yield* Effect.flip(idsIn(at(name)))
          assert.match(error.message, /is open in another process, but .*-shm was removed.*end that process/)
          yield* end(running)
        }
        assert.strictEqual((yield* idsIn(at(name))).length, 3)
      })
    )
  )

  it.live("is not taken for an empty one when its file is emptied", () =>
    inDirectory((at) =>
      Effect.gen(function* () {
        mkdirSync(dirname(at(name)))
        yield* Effect.provide(createOne("first"), open(at(name)))
        const running = start("using.ts", at(name), "reader")
        assert.strictEqual(yield* lineOf(running), "ok 1")
        truncateSync(at(name))
        yield* Effect.provide(createOne("second"), open(at(name))).pipe(Effect.ignore)
        assert.notMatch(yield* answer(running), /^ok 0/)
        yield* end(running)
      })
    )
  )
})
