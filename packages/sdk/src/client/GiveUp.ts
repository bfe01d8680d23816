/**
 * The error that a worker's handler throws if another attempt would not help. The handoff fails with the message as its
 * reason. After any other error, the handoff is released for another attempt if one is left.
 *
 * @example
 * ```ts
 * import { GiveUp } from "@aumai/handoff"
 *
 * const read = (file: string | undefined): string => {
 *   if (file === undefined) throw new GiveUp("The request names no file.")
 *   return file
 * }
 * console.log(read("ledger.csv")) // ledger.csv
 * ```
 */
export class GiveUp extends Error {
  override readonly name = "GiveUp"
}
