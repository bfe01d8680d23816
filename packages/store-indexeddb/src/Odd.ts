/** Its own module, so that a bundler puts it into a chunk that is loaded when it is needed. */
export { oddRows } from "@aumai/handoff-core"
