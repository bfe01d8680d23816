import * as Schema from "effect/Schema"

/**
 * The kind of step that a handoff asks of the agent whose turn it is: to accept it, to work on it, to answer a question, to
 * confirm a read-back, or to review the work.
 */
export const Awaits = Schema.Literals(["acceptance", "work", "answer", "confirmation", "review"]).annotate({
  description: "The kind of step that the handoff waits for"
})
export type Awaits = typeof Awaits.Type
