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
 * Writes several commits at once, durably: each of them all or nothing, judged in order, so that one loser never fails
 * its neighbours. Gives one result for each commit, in the same order.
 */
export type CommitAll = (
  commits: NonEmptyReadonlyArray<Commit>
) => Effect.Effect<ReadonlyArray<Result.Result<void, RevisionConflict>>, StoreError>

interface Waiting {
  readonly changes: Commit
  readonly resume: (effect: Effect.Effect<void, RevisionConflict | StoreError>) => void
}

// What one durable write may hold, unless a single commit is larger; bounds the memory and the latency of a burst. Larger
// groups measured no faster, and with the second a thousand commits of a megabyte block a process for 50 ms at a time.
const groupSize = 1024
const groupLength = 8 * 1024 * 1024

/** About how many characters a value takes as JSON, in a fraction of the time that it takes to write it. */
const lengthOf = (value: unknown): number => {
  if (typeof value === "string") return value.length
  let length = 8
  if (Array.isArray(value)) for (const item of value) length += lengthOf(item)
  else if (typeof value === "object" && value !== null) {
    for (const key of Object.keys(value)) {
      // The cast: an object has a value at each of its own keys.
      length += key.length + lengthOf((value as Readonly<Record<string, unknown>>)[key])
    }
  }
  return length
}

// Made when it is needed: the first error of a class compiles its schema.
const closed = () => new StoreError({ operation: "commit", reason: "unavailable", detail: "The store has been closed" })

/**
 * Makes the `commit` of a store out of its `commitAll`: the first commit goes at once, those that arrive meanwhile share
 * the next durable write, about 8 MiB at most. No timer, and no added latency when idle. Closing the scope waits for what
 * is under way.
 *
 * Interrupting a commit that still waits withdraws it; one that is being written is written whole or not at all.
 *
 * @example
 * ```ts
 * import { type CommitAll, GroupCommit } from "@aumai/handoff-core"
 *
 * const commitOf = (commitAll: CommitAll) => GroupCommit.make(commitAll)
 * ```
 */
export const make = (
  commitAll: CommitAll
): Effect.Effect<(changes: Commit) => Effect.Effect<void, RevisionConflict | StoreError>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const runFork = Effect.runForkWith(yield* Effect.context())
    const idle = yield* Latch.make(true)
    // A set, because leaving costs the same however many wait.
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
      // Never: a group is only written when something waits.
      if (!isReadonlyArrayNonEmpty(commits)) return Effect.void
      // Suspended: one that throws before it gives an effect must reach its group too, and not end the writer.
      return Effect.map(Effect.exit(Effect.suspend(() => commitAll(commits))), (exit) => {
        for (const [index, { resume }] of group.entries()) {
          if (Exit.isFailure(exit)) resume(Effect.failCause(exit.cause))
          else {
            const result = exit.value[index]
            resume(
              result === undefined
                ? Effect.die(new Error(`commitAll gave ${exit.value.length} results for ${group.length} commits`))
                : Effect.fromResult(result)
            )
          }
        }
      })
    })

    // Looking and stopping is one synchronous step: a commit that came between the two would wait for ever.
    const goOn = () => {
      if (waiting.size > 0) return true
      writing = false
      idle.openUnsafe()
      return false
    }
    const writeAll = Effect.whileLoop({ while: goOn, body: () => writeGroup, step: () => {} })

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
