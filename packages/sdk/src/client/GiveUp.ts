/**
 * What a worker's handler throws when another attempt would not help: the handoff fails with the message as its reason.
 * Whatever else it throws leads to another attempt, as long as there is one left.
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
