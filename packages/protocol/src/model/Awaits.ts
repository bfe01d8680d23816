import * as Schema from "effect/Schema"

/** The kind of step that a handoff asks of the agent whose turn it is. */
/**
 * The kind of step that a handoff asks of the agent whose turn it is: to accept it, to work on it, to answer a question, or
 * to confirm a read-back.
 */
export const Awaits = Schema.Literals(["acceptance", "work", "answer", "confirmation"]).annotate({
  description: "The kind of step that the handoff waits for"
})
export type Awaits = typeof Awaits.Type
