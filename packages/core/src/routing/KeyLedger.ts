/** Changes the key log of a store: which keys an agent signs with. Loaded on first use, because few agents have a key. */
import {
  type AgentId,
  type ArchiveEvent,
  authorizedText,
  InvalidInput,
  isKeyed,
  keyAt,
  type KeyEvent,
  keyFault,
  type KeyState,
  KeyRequired,
  type LogName,
  noKeys,
  provenText,
  type PublicKey,
  type PurgedEvent,
  StoreError,
  withKeys
} from "@aumai/handoff-protocol"
import { isReadonlyArrayNonEmpty } from "effect/Array"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

import { AgentStore } from "../store/AgentStore.ts"
import { HandoffStore, nowIn } from "../store/HandoffStore.ts"
import { IsSignedBy, OperatorKey, type Signer, Signers } from "./Signers.ts"

/** The events of a change, without what links, proves and authorizes them. */
type Draft = AgentDraft | RetentionNote

type AgentDraft =
  | { readonly _tag: "KeyAdded"; readonly agent: AgentId; readonly key: PublicKey; readonly adopted?: true }
  | { readonly _tag: "KeyRotated"; readonly agent: AgentId; readonly key: PublicKey }
  | { readonly _tag: "KeyRevoked"; readonly agent: AgentId; readonly key: PublicKey; readonly reason: string }
  | { readonly _tag: "AgentRemoved"; readonly agent: AgentId }

type Without<Event> = Omit<Event, "at" | "log" | "prev" | "proof" | "sig">

/** The events that note what leaves a store. */
export type RetentionNote = Without<ArchiveEvent> | Without<PurgedEvent>

/** The errors of a change of keys. */
export type KeyError = InvalidInput | KeyRequired | StoreError

/** Changes the keys of agents. */
export interface KeyLedger {
  /** The state after the whole key log. */
  readonly state: Effect.Effect<KeyState, StoreError>
  /** Gives an agent a key: its first one, or the next one. Does nothing if the key is in force. */
  readonly add: (agent: AgentId, key: PublicKey) => Effect.Effect<void, KeyError>
  /** Revokes the key in force. */
  readonly revoke: (agent: AgentId, reason: string) => Effect.Effect<void, KeyError>
  /**
   * Adds the keys that agents were registered with before the store had a key log, or in another store. Nobody proves to have
   * them, so a log with an operator's key takes none.
   */
  readonly adopt: Effect.Effect<void, StoreError>
  /** Notes that an agent with a key is removed. */
  readonly remove: (agent: AgentId) => Effect.Effect<void, KeyError>
  /** Notes that handoffs were archived or are purged, with the operator's key if the log has one. */
  readonly note: (event: RetentionNote) => Effect.Effect<void, InvalidInput | StoreError>
}

const invalid = (path: string, expected: string) => new InvalidInput({ input: "agent", issues: [{ path, expected }] })

// Each conflict means that another process has changed a key.
const tries = 8

/** The state after the key log of a log, which was judged when it was recorded. */
export const keyStateOf = (events: ReadonlyArray<{ readonly event: KeyEvent }>): KeyState =>
  events.reduce((state, { event }) => withKeys(state, event), noKeys)

export const make = Effect.gen(function* () {
  const store = yield* HandoffStore
  const agents = yield* AgentStore
  const signers = yield* Signers
  const operator = yield* OperatorKey
  const isSignedBy = yield* IsSignedBy

  const read = Effect.gen(function* () {
    const { log } = yield* store.origin
    return { log, state: keyStateOf((yield* agents.keys).get(log) ?? []) }
  })

  const signerOf = (agent: AgentId, key: PublicKey | undefined): Signer | undefined =>
    key === undefined ? undefined : signers.get(agent)?.find(({ publicKey }) => publicKey === key)

  const operatorIn = (state: KeyState): Signer | undefined =>
    state.operator !== undefined && operator?.publicKey === state.operator ? operator : undefined

  /** Links an event to the key log, and signs it with the new key and with the key that allows it. */
  const complete = (log: LogName, state: KeyState, at: DateTime.Utc, draft: Draft): KeyEvent => {
    const revision = state.revision + 1
    const head = state.head === undefined ? {} : { prev: state.head }
    // The cast: a draft has the fields of its event except those that are added here.
    const open = { ...draft, at, log, ...head } as KeyEvent
    const isNew = draft._tag === "KeyAdded" || draft._tag === "KeyRotated"
    const own = isNew ? signerOf(draft.agent, draft.key) : undefined
    const proven = own === undefined ? open : { ...open, proof: own.sign(provenText(revision, open)) }
    const owner = draft._tag === "KeyAdded" || !isOfAgent(draft) ? undefined : draft.agent
    const authority = (owner === undefined ? undefined : signerOf(owner, keyAt(state, owner))) ?? operatorIn(state)
    return authority === undefined ? proven : { ...proven, sig: authority.sign(authorizedText(revision, proven)) }
  }

  /** The first entry of a key log. It pins the operator's key, if this process has one. */
  const founded = (log: LogName, at: DateTime.Utc): KeyEvent => {
    if (operator === undefined) return { _tag: "Founded", at, log }
    const open: KeyEvent = { _tag: "Founded", at, log, operator: operator.publicKey }
    return { ...open, proof: operator.sign(provenText(1, open)) }
  }

  /** The refusal for a fault: the key that would have been needed. */
  const refusal = (state: KeyState, agentId: AgentId, fault: string): InvalidInput | KeyRequired => {
    const inForce = keyAt(state, agentId)
    if (inForce !== undefined) return new KeyRequired({ agentId, publicKey: inForce })
    const { operator: publicKey } = state
    return publicKey === undefined
      ? invalid("public_key", fault)
      : new KeyRequired({ agentId, publicKey, of: "operator" })
  }

  /** Appends the events that `plan` makes for the present state; `refuse` makes the error for a fault. */
  const append = <E>(
    plan: (state: KeyState) => ReadonlyArray<Draft>,
    refuse: (state: KeyState, fault: string) => E,
    left = tries
  ): Effect.Effect<void, E | StoreError> =>
    Effect.gen(function* () {
      const { log, state } = yield* read
      const at = yield* nowIn(store)
      const entries: Array<{ readonly revision: number; readonly event: KeyEvent }> = []
      let next = state
      const add = (event: KeyEvent) => {
        entries.push({ revision: next.revision + 1, event })
        next = withKeys(next, event)
      }
      const drafts = plan(state)
      if (drafts.length > 0 && state.revision === 0) add(founded(log, at))
      for (const draft of drafts) {
        const event = complete(log, next, at, draft)
        const fault = keyFault(next, event, isSignedBy)
        if (fault !== undefined) return yield* Effect.fail(refuse(next, fault))
        add(event)
      }
      if (!isReadonlyArrayNonEmpty(entries)) return
      yield* Effect.catchTag(
        agents.record(entries),
        "RevisionConflict",
        (cause): Effect.Effect<void, E | StoreError> => {
          if (left > 0) return append(plan, refuse, left - 1)
          const detail = "The keys of the store change all the time; try again"
          return Effect.fail(new StoreError({ operation: "record keys", reason: "unavailable", detail, cause }))
        }
      )
    })

  const change = (agent: AgentId, plan: (state: KeyState) => ReadonlyArray<Draft>): Effect.Effect<void, KeyError> =>
    append(plan, (state, fault) => refusal(state, agent, fault))

  const ledger: KeyLedger = {
    note: (event) =>
      append(
        () => [event],
        ({ operator: key }) => {
          const expected = `Expected the operator's key ${key}: this log has one, and only it allows to archive and to purge`
          return new InvalidInput({ input: "operator key", issues: [{ path: "", expected }] })
        }
      ),
    adopt: Effect.gen(function* () {
      const drafts = (yield* agents.all).flatMap(({ agentId: agent, keys }): ReadonlyArray<AgentDraft> => {
        const key = keys?.at(-1)?.publicKey
        return key === undefined ? [] : [{ _tag: "KeyAdded", agent, key, adopted: true }]
      })
      const [first] = drafts
      if (first === undefined) return
      yield* change(first.agent, (state) =>
        state.operator === undefined ? drafts.filter(({ agent }) => !isKeyed(state, agent)) : []
      ).pipe(
        // An adopted key needs no signature, so only the store can refuse it.
        Effect.catch((error) => (error._tag === "StoreError" ? Effect.fail(error) : Effect.die(error)))
      )
    }),
    state: Effect.map(read, ({ state }) => state),
    add: (agent, key) =>
      signerOf(agent, key) === undefined
        ? Effect.flatMap(ledger.state, (state) =>
            keyAt(state, agent) === key ? Effect.void : Effect.fail(invalid("public_key", unproven(agent)))
          )
        : change(agent, (state) => {
            const inForce = keyAt(state, agent)
            if (inForce === key) return []
            if (inForce === undefined) return [{ _tag: "KeyAdded", agent, key }]
            // Without the key in force, only the operator can replace it.
            return signerOf(agent, inForce) === undefined && operatorIn(state) !== undefined
              ? [
                  { _tag: "KeyRevoked", agent, key: inForce, reason: "Replaced by the operator." },
                  { _tag: "KeyAdded", agent, key }
                ]
              : [{ _tag: "KeyRotated", agent, key }]
          }),
    revoke: (agent, reason) =>
      Effect.flatMap(ledger.state, (state) =>
        keyAt(state, agent) === undefined
          ? Effect.fail(invalid("agent_id", `Expected an agent with a key; ${agent} has none in force`))
          : change(agent, (state) => {
              const key = keyAt(state, agent)
              return key === undefined ? [] : [{ _tag: "KeyRevoked", agent, key, reason }]
            })
      ),
    remove: (agent) =>
      change(agent, (state) =>
        isKeyed(state, agent) && keyAt(state, agent) !== undefined ? [{ _tag: "AgentRemoved", agent }] : []
      )
  }
  return ledger
})

const isOfAgent = (draft: Draft): draft is AgentDraft => "agent" in draft

const unproven = (agent: AgentId): string =>
  `Expected this process to sign with the secret key of that public key, which proves that ${agent} has it`
