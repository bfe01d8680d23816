/** The types of the wire: the domain types in snake_case, with moments as text. */
import type * as DateTime from "effect/DateTime"

import type { HandoffEvent } from "../model/HandoffEvent.ts"
import type { HandoffRecord, HandoffResponse } from "../model/HandoffRecord.ts"
import type { HandoffRequest } from "../model/HandoffRequest.ts"
import type { KeyEvent } from "../model/KeyEvent.ts"

/** The name of a field on the wire. */
export type Snake<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${Snake<Tail>}`
  : Name

/** Fields that hold JSON of the caller, whose keys stay unchanged. */
type Foreign = "context" | "result" | "content" | "schema"

type Field<Key, Value> = Key extends Foreign ? Value : Wire<Value>

/** A value on the wire; an optional field may be null as well. */
export type Wire<A> = A extends DateTime.Utc
  ? string
  : A extends string | number | boolean | null
    ? A
    : A extends ReadonlyArray<infer Item>
      ? ReadonlyArray<Wire<Item>>
      : {
          readonly [Key in keyof A as Snake<Key & string>]:
            | Field<Key, Exclude<A[Key], undefined>>
            | (undefined extends A[Key] ? null : never)
        }

type KeyOf<A> = A extends unknown ? keyof A : never
type ValueOf<A, Key> = A extends unknown ? (Key extends keyof A ? Exclude<A[Key], undefined> : never) : never

/** A union on the wire as one object, in which only the named fields are always present. */
export type Flat<A, Required extends KeyOf<A>> = {
  readonly [Key in Required as Snake<Key & string>]: Field<Key, ValueOf<A, Key>>
} & {
  readonly [Key in Exclude<KeyOf<A>, Required> as Snake<Key & string>]?: Field<Key, ValueOf<A, Key>> | null
}

export type WireRequest = Wire<HandoffRequest>
export type WireResponse = Wire<HandoffResponse>
export type WireRecord = Flat<HandoffRecord, "recordId" | "request" | "status" | "createdAt" | "updatedAt">
export type WireEvent = Wire<HandoffEvent>
export type WireKeyEvent = Wire<KeyEvent>
export type WireArchived = WireRecord & {
  readonly first_receiver?: string | null
  readonly history?: ReadonlyArray<WireEvent> | null
}
