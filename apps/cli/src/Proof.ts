/**
 * Signing, verification and health, loaded only by commands that need them. One module, because code that two such
 * modules share would be loaded at every start.
 */
export * as Signing from "@aumai/handoff-core/Signing"
export { beside, examine, type Finding, type Health, setAside } from "./verify/Health.ts"
export { openCheckpoint, signCheckpoint } from "./verify/Checkpoints.ts"
export { proofJson } from "./verify/Report.ts"
export { verifyFile, verifyOne, verifyStore } from "./verify/Verifying.ts"
