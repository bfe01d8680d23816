/**
 * What signs, verifies and examines. One module, which is only loaded when it is asked for: what two such modules shared would
 * be loaded at every start.
 */
export * as Signing from "@aumai/handoff-core/Signing"
export { beside, examine, type Finding, type Health } from "./verify/Health.ts"
export { verifyFile, verifyOne, verifyStore } from "./verify/Verifying.ts"
