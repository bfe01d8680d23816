/** The JSON of every typed error, derived from the error classes. */
import * as Schema from "effect/Schema"

import { wireSchemas, WireTimestamp } from "../encoding/WireSchema.ts"
import { NotCompleted } from "../lifecycle/NotCompleted.ts"
import {
  AlreadyHeld,
  BrokenChain,
  NoAttemptLeft,
  NoHopLeft,
  NoReworkLeft,
  NoRoomLeft,
  NotDelivered,
  NotDue,
  OpenChildren,
  ReadBackIncomplete,
  StaleAttempt,
  UnknownItem
} from "../model/CustodyError.ts"
import {
  AmbiguousId,
  EmptyHistory,
  HandoffExists,
  HandoffNotFound,
  InvalidInput,
  InvalidTransition,
  NoCapableAgent,
  NotYourHandoff,
  RevisionConflict,
  StoreError
} from "../model/HandoffError.ts"
import { InvalidPosition } from "../model/InvalidPosition.ts"
import { KeyRequired } from "../model/KeyRequired.ts"
import { ReadBackRefused } from "../model/ReadBackRefused.ts"
import { field } from "../values/Fields.ts"

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const message = field(Schema.String, "One sentence for a person.")

/** The wire schemas of the fields that are not plain JSON, by name. */
const encoded: Schema.Struct.Fields = {
  at: field(WireTimestamp, "The time of the event."),
  record: field(wireSchemas.HandoffRecord, "The final record of the handoff.")
}

/** One error on the wire: its tag, its sentence, and its fields in snake_case. A `cause` stays out; it is meant for a log. */
const onWire = (tag: string, fields: Schema.Struct.Fields, description: string) =>
  Schema.Struct({
    _tag: Schema.tag(tag),
    message,
    ...Object.fromEntries(
      Object.entries(fields)
        .filter(([name]) => name !== "_tag" && name !== "cause")
        .map(([name, schema]) => [snake(name), encoded[name] ?? schema])
    )
  }).annotate({ identifier: tag, description })

/** A typed error in JSON, as `encodeError` writes it. */
export const WireError = Schema.Union([
  onWire("HandoffNotFound", HandoffNotFound.fields, "No handoff has this id."),
  onWire("AmbiguousId", AmbiguousId.fields, "More than one handoff has an id that begins like this."),
  onWire("InvalidTransition", InvalidTransition.fields, "The event is not allowed in the present status."),
  onWire("NotYourHandoff", NotYourHandoff.fields, "The actor is not allowed to record the event."),
  onWire("EmptyHistory", EmptyHistory.fields, "A history does not begin with `Created` or `Imported`."),
  onWire("HandoffExists", HandoffExists.fields, "The id belongs to a handoff with another request."),
  onWire("InvalidInput", InvalidInput.fields, "An input does not fit its schema."),
  onWire("InvalidPosition", InvalidPosition.fields, "The log of this store does not have the position."),
  onWire("KeyRequired", KeyRequired.fields, "The registration of an agent with a key is changed only with that key."),
  onWire("NoCapableAgent", NoCapableAgent.fields, "Routing found no agent that can do the task."),
  onWire("RevisionConflict", RevisionConflict.fields, "Another writer has changed the handoff; read it and try again."),
  onWire("StoreError", StoreError.fields, "The store failed."),
  onWire("StaleAttempt", StaleAttempt.fields, "The actor named another attempt than the present one."),
  onWire("NotDue", NotDue.fields, "A timer has not run out yet."),
  onWire("NoAttemptLeft", NoAttemptLeft.fields, "The last attempt cannot be released."),
  onWire("NoHopLeft", NoHopLeft.fields, "The handoff cannot be forwarded again."),
  onWire("NoReworkLeft", NoReworkLeft.fields, "The delivered work cannot be returned again."),
  onWire("NoRoomLeft", NoRoomLeft.fields, "The event would exceed a limit of the record."),
  onWire("AlreadyHeld", AlreadyHeld.fields, "The handoff never returns to an agent that has had it."),
  onWire("ReadBackRefused", ReadBackRefused.fields, "The read-back lacks answers, or quotes them."),
  onWire("ReadBackIncomplete", ReadBackIncomplete.fields, "The briefing must be read back before the start."),
  onWire("UnknownItem", UnknownItem.fields, "The briefing has no item with this id."),
  onWire("NotCompleted", NotCompleted.fields, "The handoff has ended without being completed."),
  onWire("NotDelivered", NotDelivered.fields, "A deliverable is missing or does not fit."),
  onWire("OpenChildren", OpenChildren.fields, "The handoff has parts that are open."),
  onWire("BrokenChain", BrokenChain.fields, "An entry does not hold the digest of the entry before it.")
]).annotate({ identifier: "HandoffError", description: "A typed error: `_tag` says which, `message` is its sentence." })
