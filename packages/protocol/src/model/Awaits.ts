import * as Schema from "effect/Schema"

/** The kind of step that a handoff asks of the agent whose turn it is. */
export const Awaits = Schema.Literals(["acceptance", "work", "answer", "confirmation"]).annotate({
  description: "The kind of step that the handoff waits for"
})
export type Awaits = typeof Awaits.Type
