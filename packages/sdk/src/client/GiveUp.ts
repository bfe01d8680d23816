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

/**
 * The error that a handler throws if it cannot run at all, such as without a program that it needs: no handoff could
 * succeed. The worker returns the handoff without counting the attempt, and stops; `work` rejects with an error of the
 * same name.
 *
 * @example
 * ```ts
 * import { CannotWork } from "@aumai/handoff"
 *
 * const keyOf = (env: Readonly<Record<string, string>>): string => {
 *   if (env["MODEL_KEY"] === undefined) throw new CannotWork("MODEL_KEY is not set.")
 *   return env["MODEL_KEY"]
 * }
 * console.log(keyOf({ MODEL_KEY: "secret" })) // secret
 * ```
 */
export class CannotWork extends Error {
  override readonly name = "CannotWork"
}
