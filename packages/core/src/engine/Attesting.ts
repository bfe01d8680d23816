/** Judges attestations when they are recorded. Stored histories are not judged by these rules. */
import {
  bytesOf,
  type Evidence,
  type HandoffRecord,
  limits,
  NoRoomLeft,
  type Transition
} from "@aumai/handoff-protocol"

type Attested = Extract<Transition, { readonly _tag: "Attested" }>

/** Gives an attestation of the sender its own grade. */
export const graded = (record: HandoffRecord, event: Attested): Attested =>
  event.by === record.request.fromAgent ? { ...event, grade: "endorsed" } : event

const exceeds = (evidence: ReadonlyArray<Evidence>, most: number): boolean =>
  evidence.length > most || bytesOf(evidence) > (most * limits.jsonBytes) / limits.parts

/**
 * Checks the shares of the room for evidence: one agent cannot use up that of the others, and all others together cannot
 * use up that of the sender. `record` is the state after the event.
 */
export const checkShare = (record: HandoffRecord, { _tag: event, by: agent }: Attested): NoRoomLeft | undefined => {
  const { recordId, request } = record
  const { fromAgent: sender } = request
  const evidence = ("evidence" in record && record.evidence) || []
  const own = evidence.filter(({ by }) => by === agent)
  if (exceeds(own, limits.attestations)) {
    return new NoRoomLeft({ recordId, event, of: "evidence", agent, most: limits.attestations })
  }
  const most = limits.parts - limits.attestations
  const others = evidence.filter(({ by }) => by !== sender)
  return agent !== sender && exceeds(others, most)
    ? new NoRoomLeft({ recordId, event, of: "evidence", most })
    : undefined
}
