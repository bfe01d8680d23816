/** Calls a handler with every entry of some events, and remembers how far it has come. */
import {
  type HandoffEvent,
  type InvalidInput,
  type InvalidPosition,
  type JsonValue,
  StoreError
} from "@aumai/handoff-protocol"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"

import type { ChangesOptions, Where } from "../engine/Changes.ts"
import { HandoffManager } from "../engine/HandoffManager.ts"
import { DocumentStore } from "../store/DocumentStore.ts"
import { type Entry, HandoffStore, nowIn, Position } from "../store/HandoffStore.ts"
import { reasonOf } from "./Reason.ts"
import { warnOnce } from "./WarnOnce.ts"

/** Options of a consumer. */
export interface ConsumerOptions {
  /** The name under which the store keeps the position: 1 to 128 characters. One process at a time owns it. */
  readonly consumer: string
  /** The beginning if the name has no position yet. Default: the start of the log. */
  readonly from?: ChangesOptions["from"]
  /** Further conditions. */
  readonly where?: Omit<Where, "events">
  /** The time after a crash until another process takes over. Default: 30 seconds. */
  readonly lease?: Duration.Input
}

/** The kind of the documents that hold positions. */
export const kind = "consumer"

const Body = Schema.Struct({
  /** The last entry that was handled; `null` for the start of the log. */
  position: Schema.NullOr(Position),
  owner: Schema.String,
  /** When the ownership ends, in milliseconds since 1970. */
  until: Schema.Number
})
const decodeBody = Schema.decodeUnknownOption(Body)

/** The position as this process has last written it. */
interface Held {
  readonly version: number
  readonly position: Position | undefined
}

// Milliseconds. The longest wait of a process that does not own the name, because the owner may release it early.
const longestWait = 1000

// Milliseconds. Most faults pass soon; the longest pause keeps a permanent one cheap.
const firstPause = 1000
const longestPause = 300_000

/** The pause after a failed call in milliseconds: doubles with each, minus a random share of up to a half. */
const pauseAfter = (attempt: number): Effect.Effect<number> =>
  Effect.map(Random.next, (chance) => Math.min(firstPause * 2 ** (attempt - 1), longestPause) * (0.5 + chance / 2))

// Milliseconds between two writes of the position while entries come without a pause. A crash repeats what came since.
const saveAfter = 1000

/**
 * Calls a handler with the entries of some events, one after another in the order of the log, and keeps the position under
 * the name of the consumer. At least once: after a crash, the entries since the last saved position come again. The position
 * is saved after each page of entries, and once a second within one.
 *
 * Of all processes with the name one handles entries at a time. When it ends, another one takes over; when it is killed or
 * paused, once its lease ends. An owner that was paused finds that out when it saves, before it goes on.
 *
 * A handler that fails is called again with the same entry, after a pause that grows from a second to five minutes. No entry
 * is skipped: a handler that is to skip one returns. While the store is unavailable, the consumer waits and tries again.
 *
 * Fails with `InvalidPosition` if the log does not have the saved position, because the store was restored or replaced:
 * choose another name. Fails with `StoreError` only if the store is corrupt.
 *
 * @example
 * ```ts
 * import { HandoffManager, MemoryStore } from "@aumai/handoff-core"
 * import * as HandoffConsumer from "@aumai/handoff-core/HandoffConsumer"
 * import * as Deferred from "effect/Deferred"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = Effect.gen(function* () {
 *   const first = yield* Deferred.make<string>()
 *   const tell = HandoffConsumer.run(["Created"], ({ event }) => Deferred.succeed(first, event.by), { consumer: "mail" })
 *   yield* Effect.forkScoped(tell)
 *   const manager = yield* HandoffManager
 *   yield* manager.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Generate the Q3 report" })
 *   return yield* Deferred.await(first)
 * })
 * const layer = HandoffManager.layer.pipe(Layer.provideMerge(MemoryStore.layer))
 * console.log(await Effect.runPromise(Effect.provide(Effect.scoped(program), layer))) // planner
 * ```
 */
export const run = <E, R>(
  events: ReadonlyArray<HandoffEvent["_tag"]>,
  handler: (entry: Entry) => Effect.Effect<unknown, E, R>,
  { consumer: key, from = "start", lease = "30 seconds", where }: ConsumerOptions
): Effect.Effect<
  never,
  InvalidInput | InvalidPosition | StoreError,
  HandoffManager | HandoffStore | DocumentStore | R
> =>
  Effect.gen(function* () {
    const documents = yield* DocumentStore
    const manager = yield* HandoffManager
    const store = yield* HandoffStore
    const owner = `${yield* Random.nextInt}.${yield* Random.nextInt}`
    const milliseconds = Duration.toMillis(lease)
    const turn = yield* Semaphore.make(1)
    let held: Held | undefined

    const now = Effect.map(nowIn(store), ({ epochMilliseconds }) => epochMilliseconds)

    /** Writes the position over the version that this process has last seen. */
    const put = (version: number, position: Position | undefined, until: number) => {
      const body: JsonValue = { position: position ?? null, owner, until }
      return Effect.map(documents.put({ kind, key, version, body }), (version) => void (held = { version, position }))
    }

    /** Saves a position and renews the lease. Fails with a conflict if another process owns the name. */
    const save = (position?: Position) =>
      turn.withPermits(1)(
        Effect.flatMap(now, (at) =>
          held === undefined ? Effect.void : put(held.version, position ?? held.position, at + milliseconds)
        )
      )

    const beginning: Effect.Effect<Position | undefined, StoreError> =
      from === "now"
        ? Effect.map(store.end, Option.getOrUndefined)
        : Effect.succeed(from === "start" ? undefined : from)

    /** Waits until no other process owns the name, and takes it. */
    const acquire: Effect.Effect<void, InvalidInput | StoreError> = Effect.gen(function* () {
      while (true) {
        const found = yield* documents.get(kind, key)
        const at = yield* now
        const known = Option.isSome(found) ? decodeBody(found.value.body) : undefined
        if (known !== undefined && Option.isNone(known)) {
          const detail = `The position of the consumer ${key} cannot be read; remove its document, or choose another name`
          return yield* new StoreError({ operation: "read document", reason: "corrupt", detail })
        }
        const left = known === undefined ? 0 : known.value.until - at
        if (known !== undefined && known.value.owner !== owner && left > 0) {
          yield* Effect.sleep(Math.min(left, longestWait))
          continue
        }
        const position = known === undefined ? yield* beginning : (known.value.position ?? undefined)
        const version = Option.isSome(found) ? found.value.version : 0
        const taken = Effect.as(put(version, position, at + milliseconds), true)
        // A conflict means that another process was first.
        if (yield* taken.pipe(Effect.catchTag("VersionConflict", () => Effect.succeed(false)))) return
      }
    })

    /** Calls the handler until it succeeds. */
    const handle = (entry: Entry, attempt = 1): Effect.Effect<void, never, R> =>
      // Suspended, because a handler may throw synchronously.
      Effect.flatMap(Effect.exit(Effect.suspend(() => handler(entry))), (exit) => {
        if (Exit.isSuccess(exit)) return Effect.void
        if (Cause.hasInterruptsOnly(exit.cause)) return Effect.interrupt
        const reason = reasonOf(Cause.squash(exit.cause))
        const { event, recordId } = entry
        return Effect.gen(function* () {
          const pause = yield* pauseAfter(attempt)
          yield* Console.warn(
            `The consumer ${key} failed at ${event._tag} of handoff ${recordId} and tries again in ${Math.ceil(pause / 1000)} s: ${reason}`
          )
          yield* Effect.sleep(pause)
          return yield* handle(entry, attempt + 1)
        })
      })

    const consume = Effect.suspend(() => {
      let saved = 0
      const position = held?.position
      return Stream.runForEachArray(
        manager.changes({ from: position ?? "start", where: { ...where, events } }),
        Effect.fnUntraced(function* (entries) {
          for (const [index, entry] of entries.entries()) {
            yield* handle(entry)
            const at = yield* now
            if (index < entries.length - 1 && at - saved < saveAfter) continue
            yield* save(entry.position)
            saved = at
          }
        })
      )
    })
    const renewing = Effect.forever(Effect.andThen(Effect.sleep(milliseconds / 3), Effect.suspend(save)))

    const warning = warnOnce(`The consumer ${key} waits and tries again`, Console.warn)
    const acquired = Effect.tap(acquire, warning.over)
    const owned = Effect.andThen(acquired, Effect.raceFirst(consume, renewing)).pipe(
      // Another process has taken over while this one was paused.
      Effect.catchTag("VersionConflict", () => Effect.void)
    )

    const consuming = Effect.forever(
      Effect.catchTag(owned, "StoreError", (error) =>
        error.reason === "corrupt" ? Effect.fail(error) : Effect.andThen(warning.of(error), Effect.sleep(longestWait))
      )
    )
    /** Lets another process take over at once. Its failure is left to the end of the lease. */
    const release = Effect.suspend(() =>
      held === undefined ? Effect.void : Effect.asVoid(Effect.option(put(held.version, held.position, 0)))
    )
    return yield* Effect.ensuring(consuming, release)
  })
