/** Draws names and salts from the platform's secure randomness. Chance of other kinds comes from Effect's `Random`. */
import type { LogName, Salt } from "@aumai/handoff-protocol"
import { WebCrypto } from "effect/crypto/WebCrypto"
import * as Effect from "effect/Effect"

const base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
// Crockford's base 32, as in the ids of handoffs.
const base32 = "0123456789abcdefghjkmnpqrstvwxyz"

// A call takes a microsecond for any number of bytes up to about this one.
const poolSize = 1024

/** Draws texts in this process. */
export interface Draws {
  /** 22 characters of base64url, 132 bits. */
  readonly salt: () => Salt
  /** 26 characters of Crockford's base 32, 130 bits. */
  readonly logName: () => LogName
}

/** Takes the platform's randomness from `WebCrypto`. */
export const draws: Effect.Effect<Draws> = Effect.map(WebCrypto, (crypto): Draws => {
  let pool = new Uint8Array(0)
  let used = 0
  const draw = (length: number, alphabet: string): string => {
    if (used + length > pool.length) {
      pool = crypto.getRandomValues(new Uint8Array(poolSize))
      used = 0
    }
    let text = ""
    // The lengths of both alphabets divide 256, so every character is as likely.
    for (const end = used + length; used < end; used++) text += alphabet.charAt((pool[used] ?? 0) % alphabet.length)
    return text
  }
  // The casts: the alphabets and lengths are those of a salt and of a log name.
  return { salt: () => draw(22, base64Url) as Salt, logName: () => draw(26, base32) as LogName }
})

/** Draws the name of a new log. */
export const drawLogName: Effect.Effect<LogName> = Effect.map(draws, ({ logName }) => logName())
