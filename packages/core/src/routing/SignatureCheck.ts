/**
 * The check of signatures alone, for modules that load it on first use. Its own module, because a bundler adds its run-time
 * code to every program that loads a part of a shared module.
 */
export { isSignedBy } from "./Signing.ts"
