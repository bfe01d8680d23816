/** What the commands that act on a handoff share: who acts, what was said, and how the outcome is shown. */
import { HandoffManager } from "@aumai/handoff-core"
import { encodeRecord, type HandoffRecord, isOpen } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { print } from "../output/Output.ts"
import { outcome } from "../output/RecordText.ts"
import { printable } from "../output/Text.ts"
import { root, storeFlag } from "../Root.ts"

/** Prints a record: its wire JSON with `--json`, otherwise what it has come to. */
export const show = Effect.fnUntraced(function* (
  record: HandoffRecord,
  text: (record: HandoffRecord, where: string) => string = outcome
) {
  const { store } = yield* root
  yield* print((yield* Flags.Json) ? JSON.stringify(encodeRecord(record)) : text(record, storeFlag(store)))
})

/** The same for what may have gone to another receiver: how the router chose that one is said, too. */
export const showForwarded = Effect.fnUntraced(function* (record: HandoffRecord) {
  yield* show(record)
  if (!isOpen(record.status) || record.hops === undefined || (yield* Flags.Json)) return
  const event = (yield* (yield* HandoffManager).history(record.recordId)).at(-1)?.event
  if (event?._tag === "Forwarded" && event.routing !== undefined) yield* print(`  ${printable(event.routing.reason)}`)
})

/** `{ key: value }`, or `{}` when there is no value: what is left out must not be there as undefined. */
export const given = <Key extends string, A>(key: Key, value: Option.Option<A>): { readonly [K in Key]?: A } =>
  // The cast: TypeScript widens a computed key to string.
  (Option.isSome(value) ? { [key]: value.value } : {}) as { readonly [K in Key]?: A }

/** The same for a flag whose text has to be judged first. */
export const judged = <Key extends string, A, E>(
  key: Key,
  value: Option.Option<string>,
  judge: (text: string) => Effect.Effect<A, E>
): Effect.Effect<{ readonly [K in Key]?: A }, E> =>
  Option.isNone(value)
    ? Effect.succeed(given(key, Option.none()))
    : Effect.map(judge(value.value), (value) => given(key, Option.some(value)))

/** Who acts, in which attempt: what was said of it. */
export const actor = (flags: { readonly by: Option.Option<string>; readonly attempt?: Option.Option<number> }) =>
  Effect.map(
    judged("by", flags.by, (by) => Input.agentId("--by", by)),
    (by) => ({ ...by, ...given("attempt", flags.attempt ?? Option.none()) })
  )
