/** Runs a store in a page or a worker. Tests call the functions of `handoffTab`. */
import { HandoffManager, HandoffStore, type Tally } from "@aumai/handoff-core"
import { AgentId, type StoreError } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

import { IndexedDbStore } from "../../src/index.ts"
import { accepted, created, receiver, sender } from "../handoffs.ts"

/** The result of a call: `undefined`, or the reason and the sentence of its error. */
export type Outcome = { readonly reason: StoreError["reason"] | "other"; readonly detail: string } | undefined

export interface Contents {
  readonly entries: ReadonlyArray<readonly [id: string, revision: number]>
  readonly records: ReadonlyArray<readonly [id: string, revision: number]>
  readonly tally: Tally
}

/** An acknowledged commit of a lane, or the error that ended the lane. */
export type Report =
  | { readonly lane: string; readonly step: number }
  | { readonly lane: string; readonly error: Outcome }

const runtimeOf = (name: string) =>
  ManagedRuntime.make(HandoffManager.layer.pipe(Layer.provideMerge(IndexedDbStore.layer({ name }))))

let runtime: ReturnType<typeof runtimeOf> | undefined
let hint: Fiber.Fiber<unknown> | undefined

const outcomeOf = async (effect: Effect.Effect<unknown, unknown, HandoffManager | HandoffStore>): Promise<Outcome> => {
  if (runtime === undefined) throw new Error("The store is not open")
  const result = await runtime.runPromise(Effect.result(effect)).catch((error: unknown) => Result.fail(error))
  if (Result.isSuccess(result)) return undefined
  const error: unknown = result.failure
  const isOfStore = error instanceof Error && "_tag" in error && error._tag === "StoreError"
  // The cast is safe because only StoreError has this tag.
  return isOfStore
    ? { reason: (error as StoreError).reason, detail: error.message }
    : { reason: "other", detail: String(error) }
}

const use = <A, E>(effect: Effect.Effect<A, E, HandoffManager | HandoffStore>): Promise<A> => {
  if (runtime === undefined) throw new Error("The store is not open")
  return runtime.runPromise(effect)
}

/** Repeatedly creates a handoff and accepts the previous one in one commit. */
const lane = (name: string, say: (report: Report) => void) =>
  Effect.gen(function* () {
    const store = yield* HandoffStore
    let last = created(`${name}.0`)
    yield* store.commit([last])
    say({ lane: name, step: 0 })
    for (let step = 1; ; step += 1) {
      const next = created(`${name}.${step}`)
      yield* store.commit([next, accepted(last.record)])
      say({ lane: name, step })
      last = next
    }
  })

/** Random text, which does not compress. */
const noise = (size: number): string => {
  const characters = new Uint16Array(size)
  for (let from = 0; from < size; from += 32_768) crypto.getRandomValues(characters.subarray(from, from + 32_768))
  return Array.from(characters, (one) => String.fromCodePoint(0x20 + (one % 0x5000))).join("")
}

const tab = {
  open: async (name: string): Promise<Outcome> => {
    runtime = runtimeOf(name)
    return outcomeOf(Effect.void)
  },
  close: async () => {
    await runtime?.dispose()
  },
  forget: (name: string) => Effect.runPromise(IndexedDbStore.forget(name)),
  create: (count: number) =>
    use(
      Effect.gen(function* () {
        const manager = yield* HandoffManager
        const ask = { fromAgent: sender, toAgent: receiver, taskDescription: "Generate the report" }
        yield* Effect.forEach(Array.from({ length: count }), () => manager.create(ask), { concurrency: "unbounded" })
      })
    ),
  /** Claims until the inbox is empty and returns the ids. */
  claimAll: () =>
    use(
      Effect.gen(function* () {
        const manager = yield* HandoffManager
        const claimed: Array<string> = []
        while (true) {
          const one = yield* manager.claim(AgentId.make("executor"))
          if (one._tag === "None") return claimed
          claimed.push(one.value.recordId)
        }
      })
    ),
  commitOne: (name: string, size: number) =>
    outcomeOf(HandoffStore.use((store) => store.commit([created(name, { context: { noise: noise(size) } })]))),
  /** Commits in `lanes` lanes until the page ends or the store fails. */
  commitForever: (prefix: string, lanes: number, say: (report: Report) => void) => {
    for (let index = 0; index < lanes; index += 1) {
      const name = `${prefix}.${index}`
      void outcomeOf(lane(name, say)).then((error) => say({ lane: name, error }))
    }
  },
  contents: (): Promise<Contents> =>
    use(
      Effect.gen(function* () {
        const store = yield* HandoffStore
        const limit = 1_000_000
        const entries = yield* store.log({ limit })
        const records = yield* store.list({ _tag: "All" }, { limit })
        return {
          entries: entries.map(({ recordId, revision }) => [recordId, revision] as const),
          records: records.map(({ recordId, revision }) => [recordId, revision] as const),
          tally: yield* store.tally
        }
      })
    ),
  /** Starts to listen for a hint. */
  listen: async () => {
    const first = HandoffStore.use((store) => Stream.runHead(store.changed))
    hint = await use(Effect.forkDetach(first, { startImmediately: true }))
  },
  heard: async () => {
    if (hint !== undefined) await use(Fiber.join(hint))
  }
}

declare global {
  var handoffTab: typeof tab
}

globalThis.handoffTab = tab

// In a worker: opens the store named by a message and posts the outcome.
if (!("document" in globalThis)) {
  globalThis.addEventListener("message", async ({ data }: MessageEvent<string>) => {
    const outcome = await tab.open(data)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the postMessage of a worker takes no origin
    globalThis.postMessage(outcome)
  })
}
