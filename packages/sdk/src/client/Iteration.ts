import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

import { thrown } from "./Thrown.ts"

/** Runs an effect over the services of an open store. */
export type Start<R> = <A, E>(
  effect: Effect.Effect<A, E, R>,
  options: { readonly signal?: AbortSignal | undefined }
) => Promise<Exit.Exit<A, E>>

/**
 * Reads a stream page by page, as items are requested. A function in `running` stops the stream and ends the loop over
 * it. Not an async generator, because a generator cannot be stopped while it waits for the next item.
 */
export const iterator = <A, E, R>(
  start: Start<R>,
  stream: Effect.Effect<Stream.Stream<A, E, R>>,
  signal: AbortSignal | undefined,
  running: Set<() => Promise<void>>
): AsyncIterator<A, undefined> => {
  const scope = Scope.makeUnsafe()
  const stopped = new AbortController()
  let aborted: { readonly reason: unknown } | undefined
  let page: Iterator<A> | undefined
  let reading: Promise<unknown> | undefined
  let stopping: Promise<void> | undefined

  const close = async (): Promise<void> => {
    running.delete(stop)
    signal?.removeEventListener("abort", abort)
    stopped.abort()
    await reading
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
  const stop = (): Promise<void> => (stopping ??= close())
  const abort = (): void => {
    aborted = { reason: signal?.reason }
    // The next call of `next` awaits the same promise and rejects with its error.
    stop().catch(() => {})
  }

  let pull: Pull.Pull<ReadonlyArray<A>, E, void, R> = Effect.flatMap(stream, (opened) =>
    // `next` reads one page at a time, so the semaphore of Stream.toPull is not needed.
    Effect.flatMap(Channel.toPullScoped(Stream.toChannel(opened), scope), (next) => (pull = next))
  )

  const advance = async (): Promise<IteratorResult<A, undefined>> => {
    while (!stopped.signal.aborted) {
      const item = page?.next()
      if (item !== undefined && item.done !== true) return item
      const read = start(pull, { signal: stopped.signal })
      reading = read
      const exit = await read
      if (Exit.isSuccess(exit)) {
        page = exit.value[Symbol.iterator]()
      } else if (!stopped.signal.aborted) {
        await stop()
        if (!Pull.isDoneCause(exit.cause)) throw thrown(exit.cause)
      }
    }
    await stopping
    if (aborted !== undefined) {
      const { reason } = aborted
      aborted = undefined
      throw reason
    }
    return { done: true, value: undefined }
  }

  if (signal?.aborted === true) abort()
  else {
    signal?.addEventListener("abort", abort, { once: true })
    running.add(stop)
  }
  let last: Promise<unknown> = Promise.resolve()
  return {
    next: () => {
      const next = last.then(advance, advance)
      last = next
      return next
    },
    return: async () => {
      await stop()
      return { done: true, value: undefined }
    }
  }
}
