import type { RevisionConflict } from "@aumai/handoff-protocol"
import { StoreError } from "@aumai/handoff-protocol"
import { isReadonlyArrayNonEmpty, type NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import type * as Result from "effect/Result"
import type * as Scope from "effect/Scope"

import type { Commit } from "./HandoffStore.ts"

/**
 * Writes several commits in one durable write. Each commit is atomic and is checked in order, so that a conflict never
 * fails another commit. Returns one result for each commit, in the same order.
 */
export type CommitAll = (
  commits: NonEmptyReadonlyArray<Commit>
) => Effect.Effect<ReadonlyArray<Result.Result<void, RevisionConflict>>, StoreError>

interface Waiting {
  readonly changes: Commit
  readonly resume: (effect: Effect.Effect<void, RevisionConflict | StoreError>) => void
}

// The most commits and characters of one durable write, unless a single commit is larger. They bound the memory and the
// latency of a burst: a thousand commits of a megabyte block a process for 50 ms at a time. Larger groups measured no
// faster.
const groupSize = 1024
const groupLength = 8 * 1024 * 1024

/** Estimates the length of a value as JSON, in a fraction of the time that encoding takes. */
const lengthOf = (value: unknown): number => {
  if (typeof value === "string") return value.length
  let length = 8
  if (Array.isArray(value)) for (const item of value) length += lengthOf(item)
  else if (typeof value === "object" && value !== null) {
    for (const key of Object.keys(value)) {
      // The cast: an object has a value at each of its keys.
      length += key.length + lengthOf((value as Readonly<Record<string, unknown>>)[key])
    }
  }
  return length
}

// Created on use, because the first error of a class compiles its schema.
const closed = () =>
  new StoreError({ operation: "commit", reason: "unavailable", detail: "The store is closed; open it again to commit" })

/**
 * Makes the `commit` of a store out of its `commitAll`. The first commit is written immediately; commits that arrive
 * meanwhile share the next durable write, of about 8 MiB at most. There is no timer and no added latency when idle.
 * Closing the scope waits for the current write.
 *
 * Interrupting a waiting commit withdraws it; a commit that is being written stays atomic.
 */
export const make = (
  commitAll: CommitAll
): Effect.Effect<(changes: Commit) => Effect.Effect<void, RevisionConflict | StoreError>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const runFork = Effect.runForkWith(yield* Effect.context())
    const idle = yield* Latch.make(true)
    // A set, because an interrupted commit leaves it in constant time.
    const waiting = new Set<Waiting>()
    let writing = false
    let open = true

    const writeGroup = Effect.suspend(() => {
      const group: Array<Waiting> = []
      let length = 0
      for (const entry of waiting) {
        for (const { record, event, text } of entry.changes) length += lengthOf(record) + lengthOf(text ?? event)
        if (group.length === groupSize || (group.length > 0 && length > groupLength)) break
        waiting.delete(entry)
        group.push(entry)
      }
      const commits = group.map(({ changes }) => changes)
      // Unreachable: a group is written only if a commit waits.
      if (!isReadonlyArrayNonEmpty(commits)) return Effect.void
      // Suspended, so that a `commitAll` that throws synchronously fails its group and does not end the writer.
      return Effect.map(Effect.exit(Effect.suspend(() => commitAll(commits))), (exit) => {
        for (const [index, { resume }] of group.entries()) {
          if (Exit.isFailure(exit)) resume(Effect.failCause(exit.cause))
          else {
            const result = exit.value[index]
            resume(
              result === undefined
                ? Effect.die(
                    new Error(
                      `commitAll returned ${exit.value.length} results for ${group.length} commits; it must return one for each`
                    )
                  )
                : Effect.fromResult(result)
            )
          }
        }
      })
    })

    // Checking and stopping is one synchronous step, because a commit in between would wait indefinitely.
    const hasMore = () => {
      if (waiting.size > 0) return true
      writing = false
      idle.openUnsafe()
      return false
    }
    const writeAll = Effect.whileLoop({ while: hasMore, body: () => writeGroup, step: () => {} })

    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        open = false
        return idle.await
      })
    )

    return (changes) =>
      Effect.callback((resume) => {
        if (!open) return resume(Effect.fail(closed()))
        const entry = { changes, resume }
        waiting.add(entry)
        if (!writing) {
          writing = true
          idle.closeUnsafe()
          runFork(writeAll)
        }
        return Effect.sync(() => waiting.delete(entry))
      })
  })
