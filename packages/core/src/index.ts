export * from "./store/HandoffStore.ts"
export { type OddRecord, oddCount, oddName, oddSentence } from "./store/OddRecord.ts"
export { oddRows, type RowsAfter } from "./store/OddRows.ts"
export { drawLogName } from "./store/Draws.ts"
export { beyond, numberIn, numberOf, positionOf } from "./store/Positions.ts"
export { type SortKey, sortKeyOf } from "./store/SortKey.ts"
export type { RemovedRun, Retention, Rewrite, Rewritten } from "./store/Retention.ts"
export { pageOfRuns, rewriteConflict, rewrittenIds, runsAfter, tallyChange } from "./store/Rewrites.ts"
export * from "./store/AgentStore.ts"
export * from "./store/DocumentStore.ts"
export { type DocumentRow, type DocumentRows, documentsOver, VersionConflict } from "./store/DocumentRows.ts"
export * as DocumentImage from "./store/DocumentImage.ts"
export { decodeAgent, encodeAgent } from "./store/AgentWire.ts"
export {
  encodeEntry,
  encodeImportReport,
  encodeMetrics,
  encodeRouting,
  encodeWaiting,
  encodeWhereabouts
} from "./wire/ReportWire.ts"
export {
  type AddedAgents,
  addMissingAgents,
  encodePositioned,
  fullArchiveHead,
  type FullArchiveHead
} from "./wire/FullArchive.ts"
export { keyEvents, learnKeys } from "./wire/KeyArchive.ts"
export { type Presence, presence, presenceOf } from "./routing/Presence.ts"
export { tallyOf } from "./store/Tally.ts"
export * from "./store/Renewals.ts"
export * as CommitPlan from "./store/CommitPlan.ts"
export * as StoredAgents from "./store/StoredAgents.ts"
export * as StoredText from "./store/StoredText.ts"
export * as Hints from "./store/Hints.ts"
export * as Reservations from "./store/Reservations.ts"
export { reservedRows } from "./store/ReservedRows.ts"
export * as GroupCommit from "./store/GroupCommit.ts"
export type { CommitAll } from "./store/GroupCommit.ts"
export * as StoreImage from "./store/StoreImage.ts"
export * as MemoryStore from "./store/MemoryStore.ts"
export {
  AgentCapabilityRegistry,
  type RegisterOptions,
  type UnregisterOptions
} from "./routing/AgentCapabilityRegistry.ts"
export * from "./routing/HandoffRouter.ts"
export {
  type Model,
  ModelAnswer,
  type ModelQuestion,
  smartRouter,
  type SmartRouterOptions
} from "./routing/SmartRouter.ts"
export * from "./engine/HandoffManager.ts"
export { isIdPrefix } from "./engine/Ids.ts"
export type { CreateOptions, NewHandoff, NewPart } from "./engine/Creation.ts"
export type { ChangesOptions, Where } from "./engine/Changes.ts"
export type { ReopenOptions } from "./engine/Reopen.ts"
export type { Chain, ChainLink } from "./engine/Chain.ts"
export type { InboxOptions } from "./engine/Inbox.ts"
export { type ActedVerb, type Acting, actAs, type Answer, type Call } from "./engine/ActAs.ts"
export type { Actor, Method, Methods, Payload, VerbError } from "./engine/Verbs.ts"
export { IsSignedBy, OperatorKey, type Signer, Signers } from "./routing/Signers.ts"
export { SchemaBox } from "./engine/SchemaBox.ts"
export type { SchemaAnswer, SchemaFault, SchemaQuestion } from "./engine/SchemaJudge.ts"
export type { ImportOptions, ImportOutcome, ImportReport } from "./engine/Archive.ts"
export type { Metrics } from "./engine/Metrics.ts"
