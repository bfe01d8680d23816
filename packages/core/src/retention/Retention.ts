/**
 * Retention: `archive` moves handoffs that have ended to a verifiable file, and `purge` erases their bodies.
 *
 * @module
 */
export type { ArchiveCheckpoint, ArchiveFile } from "./ArchiveFile.ts"
export { archive, type ArchiveOptions, type ArchiveReport } from "./Archiving.ts"
export { purge, type PurgeOptions, type PurgeReport } from "./Purging.ts"
export { type Retained, verifyRetained } from "./Retained.ts"
