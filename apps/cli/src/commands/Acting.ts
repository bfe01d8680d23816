/** Shared by the commands that act on a handoff: the actor, optional flags, and the printed outcome. */
import { HandoffManager } from "@aumai/handoff-core"
import { encodeRecord, type HandoffRecord, isOpen } from "@aumai/handoff-protocol"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import * as Flags from "../input/Flags.ts"
import * as Input from "../input/Input.ts"
import { print, saying } from "../output/Output.ts"
import { outcome } from "../output/RecordText.ts"
import { jsonText, printable } from "../output/Text.ts"
import { root, storeFlag } from "../Root.ts"

/** Prints a record: its wire JSON with `--json`, otherwise its outcome. */
export const show = Effect.fnUntraced(function* (
  record: HandoffRecord,
  text: (record: HandoffRecord, where: string) => string = outcome
) {
  const { store } = yield* root
  const printed = print((yield* Flags.Json) ? jsonText(encodeRecord(record)) : text(record, storeFlag(store)))
  yield* saying(`handoff ${record.recordId} is ${record.status}, and stays so`)(printed)
})

/** The same for a handoff that may have been re-routed, with the reason of the router if it was. */
export const showForwarded = Effect.fnUntraced(function* (record: HandoffRecord) {
  yield* show(record)
  if (!isOpen(record.status) || record.hops === undefined || (yield* Flags.Json)) return
  const event = (yield* (yield* HandoffManager).history(record.recordId)).at(-1)?.event
  if (event?._tag === "Forwarded" && event.routing !== undefined) yield* print(`  ${printable(event.routing.reason)}`)
})

/** `{ key: value }`, or `{}` if there is no value; `undefined` is not a value of an optional key. */
export const given = <Key extends string, A>(key: Key, value: Option.Option<A>): { readonly [K in Key]?: A } =>
  // The cast: TypeScript widens a computed key to string.
  (Option.isSome(value) ? { [key]: value.value } : {}) as { readonly [K in Key]?: A }

/** The same for a flag whose value is decoded first. */
export const decodedOption = <Key extends string, Given, A, E, R>(
  key: Key,
  value: Option.Option<Given>,
  decode: (value: Given) => Effect.Effect<A, E, R>
): Effect.Effect<{ readonly [K in Key]?: A }, E, R> =>
  Option.isNone(value)
    ? Effect.succeed(given(key, Option.none()))
    : Effect.map(decode(value.value), (value) => given(key, Option.some(value)))

/** The actor and the attempt that flags name. */
export const actor = (flags: { readonly by: Option.Option<string>; readonly attempt?: Option.Option<number> }) =>
  Effect.map(
    decodedOption("by", flags.by, (by) => Input.agentId("--by", by)),
    (by) => ({ ...by, ...given("attempt", flags.attempt ?? Option.none()) })
  )
