/** The compiled codecs of requests, records, events and archived handoffs. */
import { HandoffEvent } from "../model/HandoffEvent.ts"
import { HandoffRecord } from "../model/HandoffRecord.ts"
import { HandoffRequest } from "../model/HandoffRequest.ts"
import { KeyEvent } from "../model/KeyEvent.ts"
import type { AgentId } from "../values/Fields.ts"
import { type Compiled, compile } from "./WireCodec.ts"
import { ArchivedHandoff } from "./WireTable.ts"
import type { WireArchived, WireEvent, WireKeyEvent, WireRecord, WireRequest } from "./WireTypes.ts"

/** A record with its history in an archive: the events repeat neither its request nor its id. */
export type Archived = HandoffRecord & {
  readonly firstReceiver?: AgentId
  readonly history?: ReadonlyArray<HandoffEvent>
}

export const requestCodec: Compiled<HandoffRequest, WireRequest> = /*#__PURE__*/ compile(() => HandoffRequest)
export const recordCodec: Compiled<HandoffRecord, WireRecord> = /*#__PURE__*/ compile(() => HandoffRecord)
export const eventCodec: Compiled<HandoffEvent, WireEvent> = /*#__PURE__*/ compile(() => HandoffEvent)
export const keyEventCodec: Compiled<KeyEvent, WireKeyEvent> = /*#__PURE__*/ compile(() => KeyEvent)
export const archivedCodec: Compiled<Archived, WireArchived> = /*#__PURE__*/ compile(() => ArchivedHandoff)
