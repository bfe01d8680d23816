import type { StoreError } from "@aumai/handoff-protocol"
import { isReadonlyArrayNonEmpty } from "effect/Array"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Stream from "effect/Stream"

import type { Entry, HandoffStore, Position } from "../store/HandoffStore.ts"

// One page is one read of the store; 256 entries are a few hundred kilobytes at most in practice.
const pageSize = 256

/**
 * Every entry behind a position, then every new one, for ever: reads the log until it is empty, waits for a hint or for
 * as long as its patience lasts, reads again. A hint that comes while it reads is not lost; one that never comes makes it
 * learn of a change two seconds late, and those two seconds cost one read.
 */
export const follow = (
  store: HandoffStore["Service"],
  after?: Position,
  patience: Duration.Input = "2 seconds"
): Stream.Stream<Entry, StoreError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const hinted = yield* Latch.make()
      yield* Effect.forkScoped(
        Stream.runForEach(store.changed, () => hinted.open),
        { startImmediately: true }
      )
      let position = after
      const next: Effect.Effect<readonly [Entry, ...Array<Entry>], StoreError> = Effect.gen(function* () {
        while (true) {
          // Before the log is read: what grows behind the reader's back hints again.
          hinted.closeUnsafe()
          const entries = yield* store.log({ limit: pageSize, ...(position === undefined ? {} : { after: position }) })
          if (isReadonlyArrayNonEmpty(entries)) {
            position = entries[entries.length - 1]?.position
            return [...entries]
          }
          yield* Effect.timeoutOption(hinted.await, patience)
        }
      })
      return Stream.fromPull(Effect.succeed(next))
    })
  )
