/**
 * A disk in memory with the faults of real ones: writes that are only cached, sectors that are zeroed or stale after a power
 * cut, renames that survive in any combination that a file system allows, flush errors that are reported once, full disks,
 * short writes, and processes that die at any operation. One seed determines all of them.
 */
import { basename, dirname } from "node:path"

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { type FileLock, type FileStat, FsError, type JournalFile, JournalFs } from "../src/JournalFs.ts"
import { type Fault, type FaultKind, fits, randomOf } from "./faults.ts"
import { flush, type Inode, survivor } from "./simulatedInode.ts"

export interface DiskOptions {
  readonly seed: number
  readonly faults?: ReadonlyArray<Fault>
  /** The negative control: `false` makes every flush do nothing. */
  readonly flushes?: boolean
  /** The longest time of an operation, in virtual milliseconds. Without it the processes run in lockstep. */
  readonly delay?: number
  /** The virtual clock, in milliseconds. */
  readonly now?: () => number
}

type Pending =
  | { readonly _tag: "Link"; readonly name: string; readonly inode: Inode }
  | { readonly _tag: "Unlink"; readonly name: string }
  | { readonly _tag: "Rename"; readonly from: string; readonly to: string; readonly inode: Inode }

interface Lock {
  readonly sharing: Set<symbol>
  reserved: symbol | undefined
  excluded: symbol | undefined
}

export const makeDisk = (options: DiskOptions) => {
  const random = randomOf(options.seed)
  const flushes = options.flushes ?? true
  const faults = [...(options.faults ?? [])].toSorted((a, b) => a.at - b.at)
  const names = new Map<string, Inode>()
  const durableNames = new Map<string, Inode>()
  const pending: Array<Pending> = []
  const locks = new Map<Inode, Lock>()
  const processes = new Set<{ kill: () => void }>()
  const graveyard: Array<Buffer> = []
  const struck: Array<string> = []
  const performed: Array<string> = []
  let capacity = Number.POSITIVE_INFINITY
  let operations = 0
  let nextInode = 1
  let clock = 1

  const used = () => [...names.values()].reduce((sum, inode) => sum + inode.current.length, 0)
  const touch = (inode: Inode) => {
    clock += 1
    inode.version = clock
    inode.modified = options.now?.() ?? clock
  }
  const write = (inode: Inode) => {
    touch(inode)
    inode.written = String(inode.version)
  }
  const statOf = (inode: Inode): FileStat => ({
    inode: String(inode.id),
    size: inode.current.length,
    version: String(inode.version),
    modified: inode.modified,
    written: inode.written,
    mode: inode.mode,
    links: [...names.values()].filter((other) => other === inode).length
  })
  const newInode = (mode: number): Inode => {
    const inode: Inode = {
      id: nextInode,
      mode,
      current: Buffer.alloc(0),
      durable: Buffer.alloc(0),
      stable: 0,
      dropped: [],
      flushErrors: 0,
      version: 0,
      modified: 0,
      written: ""
    }
    nextInode += 1
    write(inode)
    return inode
  }

  const change = (entry: Pending) => {
    pending.push(entry)
    apply(names, entry)
  }
  const apply = (map: Map<string, Inode>, entry: Pending) => {
    if (entry._tag === "Link") map.set(entry.name, entry.inode)
    else if (entry._tag === "Unlink") {
      const gone = map.get(entry.name)
      if (gone !== undefined) graveyard.push(gone.current)
      map.delete(entry.name)
    } else {
      if (map.get(entry.from) === entry.inode) map.delete(entry.from)
      map.set(entry.to, entry.inode)
    }
  }
  const flushNames = () => {
    if (!flushes) return
    for (const entry of pending.splice(0)) apply(durableNames, entry)
  }

  /** Ends every process. Unflushed bytes may survive, be zeroed, or be stale. */
  const powerCut = () => {
    for (const process of processes) process.kill()
    const inOrder = random.chance(0.6)
    const kept = random.below(pending.length + 1)
    pending.splice(0).forEach((entry, index) => {
      if (inOrder ? index < kept : random.chance(0.5)) apply(durableNames, entry)
    })
    names.clear()
    for (const [name, inode] of durableNames) {
      const left = survivor(inode, random, graveyard)
      inode.current = left
      inode.durable = Buffer.from(left)
      inode.stable = left.length
      inode.dropped = []
      names.set(name, inode)
    }
    locks.clear()
  }

  /** The fault that strikes this operation, if one is due. */
  const strike = (operation: string): FaultKind | undefined => {
    operations += 1
    performed.push(operation)
    const index = faults.findIndex((fault) => fault.at <= operations && fits(fault.kind, operation))
    if (index === -1) return undefined
    const [fault] = faults.splice(index, 1)
    if (fault !== undefined) struck.push(`${fault.kind} at operation ${operations} (${operation})`)
    return fault?.kind
  }

  const process = (): {
    readonly layer: Layer.Layer<JournalFs>
    readonly kill: () => void
    readonly isAlive: () => boolean
  } => {
    let alive = true
    const owned = new Set<symbol>()
    const kill = () => {
      alive = false
      for (const lock of locks.values()) for (const owner of owned) freeAll(lock, owner)
    }
    processes.add({ kill })

    const pause = Effect.suspend(() => {
      const delay = random.below((options.delay ?? 2) + 1)
      return delay === 0 ? Effect.yieldNow : Effect.sleep(delay)
    })
    const perform = <A>(operation: string, path: string, run: (fault?: FaultKind) => A): Effect.Effect<A, FsError> =>
      Effect.suspend(() => {
        if (!alive) return Effect.never
        const fault = strike(operation)
        if (fault === "kill" || fault === "powerCut") {
          const moment = random.below(operation === "append" ? 3 : 2)
          if (moment > 0) quietly(() => run(moment === 2 ? "short" : undefined))
          if (fault === "kill") kill()
          else powerCut()
          return Effect.never
        }
        if (fault === "eio" || fault === "emfile" || fault === "enospc")
          return fail(fault.toUpperCase(), operation, path)
        try {
          return Effect.succeed(run(fault))
        } catch (cause) {
          return cause instanceof FsError ? Effect.fail(cause) : Effect.die(cause)
        }
      })
    const operate = <A>(operation: string, path: string, run: (fault?: FaultKind) => A): Effect.Effect<A, FsError> =>
      Effect.andThen(pause, perform(operation, path, run))

    const named = (operation: string, path: string): Inode => {
      const inode = names.get(path)
      if (inode === undefined) throw new FsError({ code: "ENOENT", operation, path })
      return inode
    }

    const handle = (inode: Inode, path: string): JournalFile => {
      let seenErrors = inode.flushErrors
      return {
        stat: operate("fstat", path, () => statOf(inode)),
        readFrom: (offset) => operate("read", path, () => Buffer.from(inode.current.subarray(offset))),
        append: (bytes) =>
          operate("append", path, (fault) => {
            const room = Math.max(0, capacity - used())
            const wanted = fault === "short" ? random.below(bytes.length) : bytes.length
            const taken = Math.min(wanted, room)
            if (taken === 0 && wanted > 0) throw new FsError({ code: "ENOSPC", operation: "write", path })
            inode.current = Buffer.concat([inode.current, bytes.subarray(0, taken)])
            write(inode)
            return taken
          }),
        sync: operate("sync", path, (fault) => {
          if (fault === "lostFlush") {
            inode.flushErrors += 1
            inode.dropped.push([inode.stable, inode.current.length])
          }
          // As on Linux, every open handle gets the error once.
          if (seenErrors < inode.flushErrors) {
            seenErrors = inode.flushErrors
            throw new FsError({ code: "EIO", operation: "flush", path })
          }
          if (flushes) flush(inode)
        }),
        truncate: (length) =>
          operate("truncate", path, () => {
            inode.current = Buffer.from(inode.current.subarray(0, length))
            inode.stable = Math.min(inode.stable, length)
            write(inode)
          }),
        date: () => operate("date", path, () => write(inode)),
        close: Effect.void
      }
    }

    const lock = (path: string, mode: number): FileLock => {
      const owner = Symbol(path)
      owned.add(owner)
      const inode = names.get(path) ?? newInode(mode)
      if (!names.has(path)) change({ _tag: "Link", name: path, inode })
      const state = () => {
        const found = locks.get(inode)
        if (found !== undefined) return found
        const fresh: Lock = { sharing: new Set(), reserved: undefined, excluded: undefined }
        locks.set(inode, fresh)
        return fresh
      }
      return {
        writable: true,
        inode: String(inode.id),
        share: operate("share", path, () => {
          if (state().excluded !== undefined) return false
          state().sharing.add(owner)
          return true
        }),
        unshare: Effect.sync(() => {
          if (alive) state().sharing.delete(owner)
        }),
        reserve: operate("reserve", path, () => {
          if (state().reserved !== undefined || state().excluded !== undefined) return false
          state().reserved = owner
          return true
        }),
        exclude: operate("exclude", path, () => {
          const held = state()
          if (held.reserved !== undefined || held.excluded !== undefined || held.sharing.size > 0) return false
          held.excluded = owner
          return true
        }),
        release: Effect.sync(() => {
          if (!alive) return
          if (state().reserved === owner) state().reserved = undefined
          if (state().excluded === owner) state().excluded = undefined
        })
      }
    }

    const layer = Layer.succeed(JournalFs, {
      resolve: (path) => operate("resolve", path, () => path),
      read: (path) =>
        operate("read", path, () => {
          const inode = named("read", path)
          return { stat: statOf(inode), bytes: Buffer.from(inode.current) }
        }),
      ends: (path, length) =>
        operate("read", path, () => {
          const bytes = names.get(path)?.current
          if (bytes === undefined) return undefined
          const last = bytes.subarray(Math.max(0, bytes.length - length))
          return { first: Buffer.from(bytes.subarray(0, length)), last: Buffer.from(last) }
        }),
      stat: (path) =>
        operate("stat", path, () => {
          const inode = names.get(path)
          return inode === undefined ? undefined : statOf(inode)
        }),
      create: (path, mode) =>
        operate("create", path, () => {
          if (names.has(path)) throw new FsError({ code: "EEXIST", operation: "open", path })
          const inode = newInode(mode)
          change({ _tag: "Link", name: path, inode })
          return handle(inode, path)
        }),
      open: (path) => operate("open", path, () => handle(named("open", path), path)),
      rename: (from, to) =>
        operate("rename", from, () => {
          const replaced = names.get(to)
          if (replaced !== undefined) graveyard.push(replaced.current)
          const inode = named("rename", from)
          change({ _tag: "Rename", from, to, inode })
          touch(inode)
        }),
      unlink: (path) =>
        operate("unlink", path, () => {
          named("remove", path)
          change({ _tag: "Unlink", name: path })
        }),
      syncDirectory: (path) => operate("syncDirectory", path, flushNames),
      list: (path) =>
        operate("list", path, () =>
          [...names.keys()].filter((name) => dirname(name) === path).map((name) => basename(name))
        ),
      lock: (path, mode) => operate("lock", path, () => lock(path, mode))
    })
    return { layer, kill, isAlive: () => alive }
  }

  return {
    process,
    powerCut,
    /** Ends the faults. */
    calm: () => {
      faults.length = 0
    },
    /** The faults that have struck. */
    struck,
    /** The operations so far, by name. */
    performed,
    setCapacity: (bytes: number) => {
      capacity = bytes
    },
    used,
    /** Reads and writes without passing time, for checks and for setting up a file of another program. */
    readNow: (path: string): Buffer | undefined => names.get(path)?.current,
    namesNow: (): ReadonlyArray<string> => [...names.keys()],
    writeNow: (path: string, bytes: Buffer) => {
      const inode = newInode(0o644)
      inode.current = bytes
      names.set(path, inode)
      durableNames.set(path, inode)
      inode.durable = Buffer.from(bytes)
      inode.stable = bytes.length
    },
    /** Writes like an ordinary program: reads the file, empties it a moment later, fills it later, and never flushes. */
    rewrite: (path: string, transform: (before: Buffer) => Buffer, gap: number) =>
      Effect.gen(function* () {
        const before = names.get(path)
        if (before === undefined) return
        const after = transform(before.current)
        yield* Effect.sleep(gap)
        const inode = names.get(path) ?? before
        inode.current = Buffer.alloc(0)
        inode.stable = 0
        write(inode)
        yield* Effect.sleep(gap)
        inode.current = after
        write(inode)
      })
  }
}

export type SimulatedDisk = ReturnType<typeof makeDisk>

const freeAll = (lock: Lock, owner: symbol) => {
  lock.sharing.delete(owner)
  if (lock.reserved === owner) lock.reserved = undefined
  if (lock.excluded === owner) lock.excluded = undefined
}

const fail = (code: string, operation: string, path: string) => Effect.fail(new FsError({ code, operation, path }))

const quietly = (run: () => unknown) => {
  try {
    run()
  } catch {
    // The process that would get this error is dead.
  }
}
