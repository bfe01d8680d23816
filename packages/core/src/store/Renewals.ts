/**
 * Renewals of leases, which stores keep outside of the records: a heartbeat without words is no history. Reads show the later
 * end of the lease; an event applies to the record as it is stored.
 */
import { frozen, type HandoffRecord, type RecordId } from "@aumai/handoff-protocol"
import * as DateTime from "effect/DateTime"

import type { Keys } from "./HandoffStore.ts"

/** A later end of the lease with which a receiver holds a handoff in an attempt. */
export interface Renewal {
  readonly recordId: RecordId
  readonly attempt: number
  /** The end of the lease from now on. */
  readonly until: DateTime.Utc
}

/** A renewal as a store keeps it beside a record. */
export interface Renewed {
  readonly attempt: number
  /** Milliseconds since 1970, UTC. */
  readonly until: number
}

// By object, so that a record that a reader gets is the plain value that it seems to be.
const stored = new WeakMap<HandoffRecord, HandoffRecord>()

/** Returns the record that a store keeps, for one that it has shown; events and digests are about the kept one. */
export const storedOf = (record: HandoffRecord): HandoffRecord => stored.get(record) ?? record

/** Returns a record as readers see it: its lease ends at `until`, in milliseconds since 1970, if that is later. */
export const shownWith = (record: HandoffRecord, until: number | null | undefined): HandoffRecord => {
  const ends = "lease" in record ? record.lease?.until?.epochMilliseconds : undefined
  if (ends === undefined || until === undefined || until === null || until <= ends) return record
  // The cast: only a record with a lease gets here, and its lease keeps its form.
  const lease = { ...("lease" in record ? record.lease : undefined), until: DateTime.makeUnsafe(until) }
  const shown = frozen({ ...record, lease } as HandoffRecord)
  stored.set(shown, storedOf(record))
  return shown
}

/** Returns the record after an event as readers see it; `before` is the record before it, as they saw it. */
export const shownAfter = (before: HandoffRecord, after: HandoffRecord): HandoffRecord =>
  stored.has(before) && before.attempt === after.attempt && "lease" in before
    ? shownWith(after, before.lease?.until?.epochMilliseconds)
    : after

/** The keys of a record whose lease was renewed: the renewal lasts until its attempt has ended. */
export const keysWith = (keys: Keys, renewed: Renewed | undefined): Keys => {
  const { attempt, leaseUntil, otherDue, turn } = keys
  if (renewed === undefined || renewed.attempt !== attempt || turn === undefined) return keys
  const dueAt =
    leaseUntil === undefined ? keys.dueAt : Math.min(otherDue ?? Infinity, Math.max(leaseUntil, renewed.until))
  return { ...keys, dueAt, renewedUntil: renewed.until }
}

/** The renewal in the keys of a record; `undefined` without one. */
export const renewedIn = ({ attempt, renewedUntil }: Keys): Renewed | undefined =>
  renewedUntil === undefined ? undefined : { attempt, until: renewedUntil }

/**
 * The keys of a record after a renewal, which never moves the end back. `undefined` if it is refused: the handoff is not held
 * in that attempt with a running lease, or an event of the clock is due.
 */
export const renewedKeys = (keys: Keys, { attempt, until }: Renewal, at: DateTime.Utc): Keys | undefined => {
  if (keys.attempt !== attempt || keys.leaseUntil === undefined) return undefined
  if (keys.dueAt !== undefined && keys.dueAt <= at.epochMilliseconds) return undefined
  const later = Math.max(keys.renewedUntil ?? 0, Math.trunc(until.epochMilliseconds))
  return keysWith(keys, { attempt, until: later })
}
