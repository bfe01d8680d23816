import {
  AgentCapabilityRegistry,
  type AgentStore,
  type DocumentStore,
  HandoffManager,
  HandoffRouter,
  type HandoffStore
} from "@aumai/handoff-core"
import { type HandoffRecord, type RecordId, transitionInputs, type TransitionVerbName } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Stream from "effect/Stream"

import { schemaBox } from "../box/SchemaBox.ts"
import type { Handoffs } from "../types/Handoffs.ts"
import type { ArchivedHandoff, FullArchive } from "../types/Json.ts"
import type { CallOptions, OpenOptions } from "../types/Options.ts"
import type { Verified } from "../types/Reports.ts"
import type { Verification, VerifyOptions } from "../types/Verification.ts"
import * as Inputs from "./Inputs.ts"
import { plainError } from "./NotCompleted.ts"
import { plain } from "./Plain.ts"
import { closedError, type Engine, openSession, type Session } from "./Session.ts"
import { signedWith } from "./Signed.ts"

// Not every browser has the symbol. There, `await using` does not exist either, so no code looks for the method.
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")

// Loaded on first use, because signatures need another library.
const verification = Effect.promise(() => import("./Verify.ts"))

// Loaded on first use, because most programs import and export nothing.
const archive = Effect.promise(() => import("./Archive.ts"))

// Loaded on first use, because it imports signatures and few programs remove anything.
const retention = Effect.promise(() => import("./Retention.ts"))

const client = ({ run, iterate, close: closeSession }: Session): Handoffs => {
  // Workers run until they are aborted.
  const closing = new AbortController()
  const close = (): Promise<void> => {
    closing.abort()
    return closeSession()
  }

  type Manager = HandoffManager["Service"]
  type Registry = AgentCapabilityRegistry["Service"]

  const manage = <A, E>(options: CallOptions | undefined, verb: (manager: Manager) => Effect.Effect<A, E>) =>
    run(() => Effect.map(HandoffManager.use(verb), plain), options?.signal)

  const registry = <A, E>(options: CallOptions | undefined, verb: (registry: Registry) => Effect.Effect<A, E>) =>
    run(() => Effect.map(AgentCapabilityRegistry.use(verb), plain), options?.signal)

  const result = (id: string, options?: CallOptions) =>
    run(
      () =>
        Effect.mapBoth(
          HandoffManager.use((manager) => manager.result(Inputs.recordId(id))),
          { onSuccess: plain, onFailure: plainError }
        ),
      options?.signal
    )

  const follow = <A, E>(options: CallOptions | undefined, verb: (manager: Manager) => Stream.Stream<A, E>) =>
    iterate(() => Stream.map(Stream.unwrap(HandoffManager.useSync(verb)), plain), options?.signal)

  /** Runs until the signal is aborted or the handoffs are closed, and then resolves. */
  const untilStopped = async <A, E>(
    options: CallOptions | undefined,
    load: () => Promise<() => Effect.Effect<A, E, Engine>>
  ): Promise<void> => {
    if (closing.signal.aborted) throw closedError()
    const callSignal = options?.signal
    const signal = callSignal === undefined ? closing.signal : AbortSignal.any([callSignal, closing.signal])
    try {
      const make = await load()
      await run(make, signal)
    } catch (error) {
      if (error !== signal.reason || !signal.aborted) throw error
    }
  }

  const verbOf = (name: TransitionVerbName) => (id: string, options?: CallOptions) =>
    manage(options, (manager) => {
      // The cast: the engine checks the payload of every verb.
      const run: (id: RecordId, payload: never) => Effect.Effect<HandoffRecord, unknown> = manager[name]
      return run(Inputs.recordId(id), Inputs.payload(options))
    })
  // The cast: the list of verbs names the record that each verb returns; Types.test.ts compares the methods with it.
  const verbs = Record.map(transitionInputs, (_, name) => verbOf(name)) as unknown as Pick<Handoffs, TransitionVerbName>

  function verify(id: string, options?: CallOptions): Promise<Verified>
  function verify(options?: VerifyOptions): Promise<Verification>
  function verify(target?: string | VerifyOptions, options?: CallOptions): Promise<Verified | Verification> {
    return typeof target === "object" || target === undefined
      ? run(() => Effect.flatMap(verification, ({ verifyAll }) => verifyAll(target)), target?.signal)
      : run(() => Effect.flatMap(verification, ({ verifyOne }) => verifyOne(target)), options?.signal)
  }

  function exportAll(options: CallOptions & { readonly full: true }): Promise<FullArchive>
  function exportAll(options?: CallOptions): AsyncIterable<ArchivedHandoff>
  function exportAll(options?: CallOptions & { readonly full?: true }) {
    const full = options?.full === true
    const records = iterate(() => Stream.unwrap(Effect.map(archive, ({ exported }) => exported(full))), options?.signal)
    return full ? run(() => Effect.flatMap(archive, ({ around }) => around(records)), options.signal) : records
  }

  const create: Handoffs["create"] = (request, options) =>
    manage(options, (manager) => manager.create(Inputs.request(request), Inputs.creation(options)))

  const agents: Handoffs["agents"] = {
    register: (agent, capabilities, options) =>
      registry(options, ({ register }) =>
        register(agent, Inputs.capabilities(capabilities), Inputs.registration(options))
      ),
    seen: (agent, options) => registry(options, ({ seen }) => seen(Inputs.agentId(agent))),
    unregister: (agent, options) =>
      registry(options, ({ unregister }) => unregister(Inputs.agentId(agent), Inputs.removal(options))),
    revoke: (agent, options) =>
      registry(options, ({ revoke }) => revoke(Inputs.agentId(agent), Inputs.revocation(options).reason)),
    list: (options) => registry(options, ({ agents }) => agents),
    findCapable: (required, options) =>
      registry(options, ({ findCapable }) => findCapable(Inputs.capabilities(required))),
    follow: async (changes, options) => (await import("./FollowAgents.ts")).followAgents(agents)(changes, options)
  }

  return {
    create,
    createAndWait: async (request, options) =>
      result((await create(request, options)).recordId, { signal: options?.signal }),
    delegate: (id, part, options) =>
      manage(options, (manager) =>
        manager.delegate(Inputs.recordId(id), Inputs.request(part), Inputs.delegation(options))
      ),
    reopen: (id, options) => manage(options, (manager) => manager.reopen(Inputs.recordId(id), Inputs.payload(options))),
    ...verbs,
    get: (id, options) => manage(options, (manager) => manager.get(Inputs.recordId(id))),
    find: (prefix, options) => manage(options, (manager) => manager.find(Inputs.recordId(prefix))),
    chain: (id, options) => manage(options, (manager) => manager.chain(Inputs.recordId(id))),
    where: (id, options) => manage(options, (manager) => manager.where(Inputs.recordId(id))),
    result,
    list: (view, options) => manage(options, (manager) => manager.list(Inputs.view(view), Inputs.page(options))),
    listAll: (view, options) => follow(options, (manager) => manager.listAll(Inputs.view(view))),
    history: (id, options) => manage(options, (manager) => manager.history(Inputs.recordId(id))),
    inbox: (agent, options) =>
      manage(options, (manager) => manager.inbox(Inputs.agentId(agent), Inputs.inbox(options))),
    claim: (agent, options) =>
      manage(options, (manager) =>
        Effect.map(manager.claim(Inputs.agentId(agent), Inputs.claim(options)), Option.getOrUndefined)
      ),
    changes: (options) => follow(options, (manager) => manager.changes(Inputs.changes(options))),
    sweep: (options) => manage(options, (manager) => manager.sweep),
    export: exportAll,
    import: (handoffs, options) =>
      run(
        () =>
          Effect.flatMap(archive, ({ imported }) => Effect.map(imported(handoffs, Inputs.importing(options)), plain)),
        options?.signal
      ),
    archive: (options) => run(() => Effect.flatMap(retention, ({ archive }) => archive(options)), options.signal),
    purge: (ids, options) => run(() => Effect.flatMap(retention, ({ purge }) => purge(ids, options)), options.signal),
    verify,
    checkpoint: (options) =>
      run(() => Effect.flatMap(verification, ({ checkpoint }) => checkpoint(options)), options?.signal),
    metrics: (options) => manage(options, (manager) => manager.metrics),
    agents,
    route: (question, options) =>
      run(
        () =>
          HandoffRouter.use(({ route }) =>
            Effect.map(route(Inputs.question(question), Inputs.routingOptions(options)), (decision) =>
              plain(Option.getOrUndefined(decision))
            )
          ),
        options?.signal
      ),
    work: (agent, handler, options) =>
      untilStopped(options, () =>
        import("./Work.ts").then(
          ({ work }) =>
            () =>
              work(agent, handler, options)
        )
      ),
    on: (events, handler, options) =>
      untilStopped(options, () =>
        import("./Consume.ts").then(
          ({ on }) =>
            () =>
              on(events, handler, options)
        )
      ),
    close,
    [asyncDispose]: close
  }
}

/**
 * Opens the handoffs of any store, such as a store with further options or one that you wrote. Rejects with the store's
 * error if the store cannot be opened.
 *
 * @example
 * ```ts
 * import { handoffsOver } from "@aumai/handoff"
 * import { FileStore } from "@aumai/handoff-store-file"
 *
 * const handoffs = await handoffsOver(FileStore.layer({ path: "handoffs.json", lockTimeout: "1 minute" }))
 * console.log((await handoffs.metrics()).total) // 0
 * await handoffs.close()
 * ```
 */
export const handoffsOver = async <E>(
  store: Layer.Layer<HandoffStore | AgentStore | DocumentStore, E>,
  options?: OpenOptions
): Promise<Handoffs> =>
  client(await openSession(signedWith(options ?? {}, Layer.merge(schemaBox, store)), options ?? {}))
