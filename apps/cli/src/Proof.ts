/** What signs and verifies, loaded in one piece when either is asked for. */
export * as Signing from "@aumai/handoff-core/Signing"
export * as Verification from "@aumai/handoff-core/Verification"
