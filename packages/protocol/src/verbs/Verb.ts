/** The shape of a row in the list of verbs, and the types that follow from it. */
import type * as Schema from "effect/Schema"

import type { After, Party, Transition } from "../lifecycle/Transitions.ts"
import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { ErrorTag, HandoffError } from "./Errors.ts"

/** One row of the list of verbs. `by` and `attempt` are not arguments of a verb: each door adds them in its own way. */
export interface Verb {
  readonly name: string
  /** The object that the verb is called on: a handoff by its id, an agent by its name, or neither. */
  readonly subject: "handoff" | "agent" | "none"
  /** The event that the verb records; absent if it records none or several. */
  readonly event?: HandoffEvent["_tag"]
  /** The party that may call the verb; for an event this is the party of the transition table. */
  readonly party: Party
  /** The effect: the verb only reads, writes, or may end a handoff. */
  readonly does: "reads" | "writes" | "ends"
  /**
   * The condition under which a call may be repeated after a lost answer. `always`: the repetition is refused or changes
   * nothing; `with id` and `with attempt`: only if the call named these; `never`: it would take effect twice.
   */
  readonly repeat: "always" | "with id" | "with attempt" | "never"
  /** One sentence that begins with a verb. */
  readonly summary: string
  /** Other facts that a caller needs. */
  readonly description?: string
  /** The arguments besides the subject, each with a description. */
  readonly input: Schema.Struct<Schema.Struct.Fields>
  /** The name of the wire schema of the result, and its form if it is not exactly one value; absent if there is no result. */
  readonly gives?: readonly [schema: string, as?: "optional" | "list" | "stream"]
  /** The tags of all errors that the verb can fail with. */
  readonly errors: ReadonlyArray<ErrorTag>
}

/** A verb that records one transition of a handoff. */
export interface TransitionVerb extends Verb {
  readonly subject: "handoff"
  readonly event: Transition["_tag"]
  /** The event that is recorded instead if the handoff is re-routed, or if its request asks for a review. */
  readonly or?: Transition["_tag"]
}

/** The arguments of a verb besides its subject. */
export type InputOf<V extends Verb> = V["input"]["Type"]

/** The errors that a verb can fail with. */
export type ErrorOf<V extends Verb> = Extract<HandoffError, { readonly _tag: V["errors"][number] }>

/** The record after a verb, from the transition table. */
export type RecordOf<V extends TransitionVerb> = After<
  V["event"] | (V extends { readonly or: infer Or extends Transition["_tag"] } ? Or : never)
>
