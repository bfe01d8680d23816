/** The shape of a row in the list of verbs, and the types that follow from it. */
import type * as Schema from "effect/Schema"

import type { After, Party, Transition } from "../lifecycle/Transitions.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { ErrorTag, HandoffError } from "./Errors.ts"

/**
 * One row of the list of verbs. `by` and `attempt` are not arguments of a verb: each door adds them, because each door
 * learns in its own way who acts.
 */
export interface Verb {
  readonly name: string
  /** What the verb is called on: a handoff by its id, an agent by its name, or neither. */
  readonly subject: "handoff" | "agent" | "none"
  /** The event that it records; absent when it records none or several. */
  readonly event?: HandoffEvent["_tag"]
  /** The party that may call it; for an event this is the party of the transition table. */
  readonly party: Party
  /** Whether it only reads, writes, or ends a handoff. */
  readonly does: "reads" | "writes" | "ends"
  /**
   * Whether a call whose answer was lost may be repeated. `always`: the repetition is refused or changes nothing;
   * `with id` and `with attempt`: only a call that named these; `never`: it would take effect twice.
   */
  readonly repeat: "always" | "with id" | "with attempt" | "never"
  /** One sentence that begins with a verb. */
  readonly summary: string
  /** What else a caller must know. */
  readonly description?: string
  /** Its arguments beside the subject, each with a description. */
  readonly input: Schema.Struct<Schema.Struct.Fields>
  /** The name of a wire schema, and whether the verb gives one, perhaps none, a list or a stream of them; absent for nothing. */
  readonly gives?: readonly [schema: string, as?: "optional" | "list" | "stream"]
  /** The tags of all errors that it can fail with. */
  readonly errors: ReadonlyArray<ErrorTag>
}

/** A verb that records one transition of a handoff. */
export interface TransitionVerb extends Verb {
  readonly subject: "handoff"
  readonly event: Transition["_tag"]
  /** The event that takes its place when the handoff is re-routed instead. */
  readonly or?: Transition["_tag"]
}

/** The arguments of a verb beside its subject. */
export type InputOf<V extends Verb> = V["input"]["Type"]

/** The errors that a verb can fail with. */
export type ErrorOf<V extends Verb> = Extract<HandoffError, { readonly _tag: V["errors"][number] }>

/** The record that a verb leaves behind, by the transition table. */
export type RecordOf<V extends TransitionVerb> = After<
  V["event"] | (V extends { readonly or: infer Or extends Transition["_tag"] } ? Or : never)
>
