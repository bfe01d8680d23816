/** Calls a handler with events. Its own module, loaded by programs that use it. */
import { type Entry, HandoffManager } from "@aumai/handoff-core"
import * as HandoffConsumer from "@aumai/handoff-core/HandoffConsumer"
import { Milliseconds } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

import type { EventHandler, OnOptions } from "../types/Consumer.ts"
import type { HandoffEvent } from "../types/HandoffEvent.ts"
import { checked } from "./Checked.ts"
import * as Inputs from "./Inputs.ts"
import { plain } from "./Plain.ts"

const options = checked(
  "on options",
  Schema.Struct({
    consumer: Schema.optionalKey(Schema.String),
    lease: Schema.optionalKey(Milliseconds)
  })
)

/** Follows events until it is interrupted. */
export const on = (events: ReadonlyArray<HandoffEvent["_tag"]>, handler: EventHandler, given?: OnOptions) => {
  const { from, where, ...named } = Inputs.withoutSignal(given)
  const { consumer, lease } = options(named)
  const range = Inputs.changes({
    from: from ?? (consumer === undefined ? "now" : "start"),
    // The cast: the check of `changes` refuses what is no condition.
    where: { ...(where as object), events }
  } as object)
  const call = (entry: Entry) => Effect.promise(async (signal) => handler(plain(entry), { signal }))
  if (consumer === undefined) {
    return HandoffManager.use((manager) => Stream.runForEach(manager.changes(range), call))
  }
  return HandoffConsumer.run(range.where?.events ?? [], call, {
    consumer,
    ...range,
    ...(lease === undefined ? {} : { lease })
  })
}
