import { spawnSync } from "node:child_process"
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"

import { AgentStore, HandoffStore } from "@aumai/handoff-core"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { createOne } from "../../testing/src/handoffs.ts"
import { FileStore } from "../src/index.ts"
import { type Running, start, temporaryDirectory } from "./processes.ts"

const ids = ["one", "two", "three"]
const open = (path: string) => Layer.fresh(FileStore.layer({ path }))
const committed = (path: string) =>
  Effect.provide(
    Effect.forEach(ids, (id) => createOne(id)),
    open(path)
  )
const idsOf = (path: string) =>
  Effect.map(
    Effect.provide(
      HandoffStore.use((store) => store.list({ _tag: "All" }, { limit: 100 })),
      open(path)
    ),
    (records): ReadonlyArray<string> => records.map(({ recordId }) => recordId)
  )

const agentsOf = (path: string) =>
  Effect.provide(
    AgentStore.use((agents) => agents.all),
    open(path)
  )

/** The names and contents below a directory. Reading the lock file here would not matter to other processes. */
const filesIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return entry.isFile() ? `${path} ${readFileSync(path, "utf8")}` : path
    })
    .toSorted()

const rest = "handoffs.json"
const journal = "handoffs.json-journal"
const lock = ".handoffs.json.lock"

interface Meddling {
  readonly meddle: (at: (name: string) => string) => void
  /** The sentence of the refusal; `undefined` if the store goes on. */
  readonly refused?: RegExp
}

const garbage = (size: number) => Buffer.alloc(size, "garbage ")
// In one step, so that a process in use cannot write the missing file again in between.
const put = (path: string, make: (path: string) => void) => {
  make(`${path}.new`)
  renameSync(`${path}.new`, path)
}
const fifo = (path: string) => put(path, (made) => assert.strictEqual(spawnSync("mkfifo", [made]).status, 0))
const swap = (path: string, content: string) => put(path, (made) => writeFileSync(made, content))
const inDirectory = (at: (name: string) => string) => dirname(at(rest))

const meddlings: Readonly<Record<string, Meddling>> = {
  "moves the directory away": {
    meddle: (at) => renameSync(inDirectory(at), `${inDirectory(at)}.moved`),
    refused: /^unavailable: .*store was moved, removed or unmounted while .*put it back, or open the store again/
  },
  "moves the directory away and makes a new one": {
    meddle: (at) => {
      renameSync(inDirectory(at), `${inDirectory(at)}.moved`)
      mkdirSync(inDirectory(at))
    },
    refused: /^unavailable: .*store was emptied, replaced or unmounted while .*put its files back/
  },
  "moves the directory away and opens another store in its place": {
    meddle: (at) => {
      renameSync(inDirectory(at), `${inDirectory(at)}.moved`)
      mkdirSync(inDirectory(at))
      writeFileSync(at(lock), "")
      writeFileSync(at(rest), "[]\n")
    },
    refused: /^unavailable: .*lock is another file than .*was moved or unmounted.*open the store again/
  },
  "empties the directory": {
    // The lock file first: a follower may look in between.
    meddle: (at) => [lock, ...readdirSync(inDirectory(at))].forEach((name) => rmSync(at(name), { force: true })),
    refused: /^unavailable: .*(store was emptied, replaced or unmounted|lock was removed) while/
  },
  "removes the lock file": {
    meddle: (at) => unlinkSync(at(lock)),
    refused: /^unavailable: .*lock was removed while .*end those that have the store open, and open it again/
  },
  "replaces the lock file": {
    meddle: (at) => swap(at(lock), ""),
    refused: /^unavailable: .*lock is another file than/
  },
  "writes into the lock file": { meddle: (at) => appendFileSync(at(lock), "a note") },
  "fills the lock file with more than a page": { meddle: (at) => writeFileSync(at(lock), garbage(9000)) },
  "cuts the journal in the middle": { meddle: (at) => truncateSync(at(journal), statSync(at(journal)).size >> 1) },
  "cuts a byte off the journal": { meddle: (at) => truncateSync(at(journal), statSync(at(journal)).size - 2) },
  "empties the journal": { meddle: (at) => truncateSync(at(journal)) },
  "overwrites the journal with as many bytes": {
    meddle: (at) => writeFileSync(at(journal), garbage(statSync(at(journal)).size), { flag: "r+" })
  },
  "overwrites the middle of the journal": {
    meddle: (at) => {
      const bytes = readFileSync(at(journal))
      bytes.fill("x", bytes.length >> 2, bytes.length >> 1)
      writeFileSync(at(journal), bytes, { flag: "r+" })
    }
  },
  "overwrites the journal with more bytes": {
    meddle: (at) => writeFileSync(at(journal), garbage(3 * statSync(at(journal)).size))
  },
  "appends to the journal": { meddle: (at) => appendFileSync(at(journal), "garbage\n") },
  "replaces the journal by a text": { meddle: (at) => swap(at(journal), "garbage") },
  "replaces the journal by an older copy": {
    meddle: (at) => {
      const bytes = readFileSync(at(journal))
      swap(at(journal), bytes.toString("utf8", 0, bytes.lastIndexOf("\n\n") + 1))
    }
  },
  "removes the journal": { meddle: (at) => unlinkSync(at(journal)) },
  "makes the file a FIFO": {
    meddle: (at) => fifo(at(rest)),
    refused: /^unavailable: .*handoffs.json: it is not a regular/
  },
  "makes the journal a FIFO": {
    meddle: (at) => fifo(at(journal)),
    refused: /^unavailable: .*handoffs.json-journal: it is not a regular file. Nothing was changed; move it away/
  },
  "makes the journal a link to a directory": {
    meddle: (at) => put(at(journal), (made) => symlinkSync(".", made)),
    refused: /^unavailable: .*handoffs.json-journal: it is a directory/
  },
  "makes the journal a dangling link": {
    meddle: (at) => put(at(journal), (made) => symlinkSync("nowhere", made)),
    refused: /^unavailable: .*handoffs.json-journal: it is a symbolic link to a file that does not exist/
  },
  "makes the journal a device": {
    meddle: (at) => put(at(journal), (made) => symlinkSync("/dev/zero", made)),
    refused: /^unavailable: .*handoffs.json-journal: it is not a regular file/
  },
  "makes the lock file a FIFO": {
    meddle: (at) => fifo(at(lock)),
    refused: /^unavailable: .*lock: it is not a regular file/
  }
}

const lineOf = (running: Running) =>
  Effect.promise(async () => {
    const line = await running.nextLine()
    assert.isDefined(line, "the process ended")
    return line ?? ""
  })

const send = (running: Running, line: string) => running.child.stdin?.write(`${line}\n`)

/** The first line that satisfies `until` after a command. */
const answer = (running: Running, command: string, until: (line: string) => boolean = () => true) =>
  Effect.gen(function* () {
    send(running, command)
    while (true) {
      const line = yield* lineOf(running)
      if (until(line)) return line
    }
  })

const isClosed = (line: string) => line === "closed"

/** Lets another process use a store, meddles, and checks what the process says and leaves. */
const meddled = (running: Running, { meddle, refused }: Meddling) =>
  Effect.gen(function* () {
    using directory = temporaryDirectory()
    const store = join(directory.path, "store")
    mkdirSync(store)
    const at = (name: string) => join(store, name)
    yield* answer(running, `open ${at(rest)}`)
    yield* committed(at(rest))
    yield* answer(running, "go", (line) => /^ok [3-9]$/.test(line))
    meddle(at)
    const before = filesIn(directory.path)
    if (refused !== undefined) {
      assert.match(yield* answer(running, "go", (line) => !line.startsWith("ok")), refused)
      yield* answer(running, "close", isClosed)
      assert.deepStrictEqual(filesIn(directory.path), before)
    } else {
      assert.match(yield* answer(running, "go"), /^ok [3-9]$/)
      yield* answer(running, "close", isClosed)
      assert.includeMembers([...(yield* idsOf(at(rest)))], ids)
    }
  })

for (const role of ["reader", "writer", "follower"]) {
  describe(`a ${role} in another process`, () => {
    let running: Running
    beforeAll(() => {
      running = start("using.ts", role)
    })
    afterAll(() => running.child.kill())
    for (const [what, meddling] of Object.entries(meddlings)) {
      const outcome = meddling.refused === undefined ? "keeps every commit" : "is refused and writes nothing"
      it.live(`${outcome} when another program ${what}`, () => meddled(running, meddling))
    }
  })
}

// In its own namespaces, anybody may mount a file system, unless the system forbids it.
const asRoot = ["--user", "--map-root-user", "--mount"]
const canMount = spawnSync("unshare", [...asRoot, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).status === 0

describe("a store that is opened", () => {
  for (const what of [rest, journal, lock, "handoffs.log.json", "handoffs.agents.json"]) {
    it.live(`is refused, and does not wait, if ${what} is a FIFO`, () =>
      Effect.gen(function* () {
        using directory = temporaryDirectory()
        const at = (name: string) => join(directory.path, name)
        yield* committed(at(rest))
        fifo(at(what))
        const error = yield* Effect.flip(Effect.andThen(idsOf(at(rest)), agentsOf(at(rest))))
        assert.strictEqual(error.reason, "unavailable")
        assert.include(error.message, at(what))
        assert.include(error.message, "not a regular file")
      })
    )
  }

  it.live("is not taken for an empty one when its only file was removed", () =>
    Effect.gen(function* () {
      using directory = temporaryDirectory()
      const path = join(directory.path, rest)
      yield* committed(path)
      const used = Effect.gen(function* () {
        const store = yield* HandoffStore
        yield* store.tally
        unlinkSync(path)
        assert.match((yield* Effect.flip(store.tally)).message, /was removed while it was open. Nothing was changed/)
        assert.strictEqual((yield* Effect.flip(createOne("four")))._tag, "StoreError")
      })
      yield* Effect.provide(used, open(path))
      assert.isFalse(existsSync(path))
      assert.isFalse(existsSync(`${path}-journal`))
    })
  )

  it.live.skipIf(!canMount)("is refused when its file system is unmounted, and leaves the empty directory alone", () =>
    Effect.sync(() => {
      using directory = temporaryDirectory()
      const script = `mount -t tmpfs tmpfs "$1" && exec "$2" "$3" "$1"`
      const program = join(import.meta.dirname, "programs", "unmount.ts")
      const args = [...asRoot, "sh", "-c", script, "sh", directory.path, process.execPath, program]
      const [read, commit, left] = spawnSync("unshare", args, { encoding: "utf8" }).stdout.split("\n")
      for (const line of [read, commit])
        assert.match(line ?? "", /^unavailable: .*emptied, replaced or unmounted while/)
      assert.strictEqual(left, "[]")
    })
  )

  it.live("clears a lock file that has content, also beside a process that uses it", () =>
    Effect.gen(function* () {
      using directory = temporaryDirectory()
      const at = (name: string) => join(directory.path, name)
      const writer = start("using.ts", "writer")
      yield* answer(writer, `open ${at(rest)}`)
      writeFileSync(at(lock), garbage(5000))
      yield* committed(at(rest))
      assert.strictEqual(statSync(at(lock)).size, 0)
      writeFileSync(at(lock), "again")
      assert.strictEqual(yield* answer(writer, "go"), "ok 5")
      yield* answer(writer, "close")
      writer.child.kill()
      assert.strictEqual((yield* idsOf(at(rest))).length, 5)
    })
  )

  it.live("writes a file with hard links under its own name, and leaves the other name alone", () =>
    Effect.gen(function* () {
      using directory = temporaryDirectory()
      const at = (name: string) => join(directory.path, name)
      writeFileSync(at(rest), "[]\n")
      linkSync(at(rest), at("backup.json"))
      yield* committed(at(rest))
      assert.strictEqual(readFileSync(at("backup.json"), "utf8"), "[]\n")
      assert.deepStrictEqual(yield* idsOf(at(rest)), ids)
      assert.isFalse(existsSync(at(journal)))
    })
  )
})
