/** Archiving and purging, loaded only by commands that need them. */
export { archive, purge } from "@aumai/handoff-core/Retention"
export { archiveFile } from "@aumai/handoff/node"
