/**
 * Chooses the options of TLS. Every mode that encrypts checks the certificate of the server, also where libpq does not, because
 * the password is sent to whoever answers.
 */
import * as tls from "node:tls"

import * as Result from "effect/Result"

import { fileText, type Given } from "./Parameters.ts"

/** The options of TLS: `prefer` encrypts if the server can, `none` never. */
export type Encryption = tls.ConnectionOptions | "prefer" | "none"

const files = ["sslrootcert", "sslcert", "sslkey"] as const

/** Reads the options from the parameters; a sentence if they contradict each other. */
export const read = (given: Given): Result.Result<Encryption, string> => {
  const isOfSystem = given("sslrootcert") === "system"
  const mode = given("sslmode") ?? (isOfSystem ? "verify-full" : "disable")
  if (mode !== "require" && !mode.startsWith("verify-")) {
    // With an explicit `disable`, variables that name files are for other databases.
    const needy = given("sslmode") === "disable" ? undefined : files.find((name) => given(name) !== undefined)
    if (needy !== undefined) {
      return Result.fail(`has ${needy}, which needs sslmode=verify-full; add that, or remove ${needy}`)
    }
    // The password is not bound to the channel; a certificate that was checked excludes the same attacker.
    if (given("channel_binding") === "require") {
      return Result.fail("has channel_binding=require, which needs sslmode=require; add it, or remove channel_binding")
    }
    return Result.succeed(mode === "disable" ? "none" : "prefer")
  }
  const texts = new Map<string, string>()
  for (const name of files) {
    const path = name === "sslrootcert" && isOfSystem ? undefined : given(name)
    if (path === undefined) continue
    const text = fileText(path)
    if (text === undefined) return Result.fail(`names a file as ${name} that cannot be read; correct it`)
    texts.set(name, text)
  }
  const ca = isOfSystem
    ? [...tls.getCACertificates("default"), ...tls.getCACertificates("system")]
    : texts.get("sslrootcert")
  return Result.succeed({
    ...(ca === undefined ? {} : { ca }),
    ...(texts.has("sslcert") ? { cert: texts.get("sslcert") } : {}),
    ...(texts.has("sslkey") ? { key: texts.get("sslkey") } : {}),
    // Databases that are reached by address have certificates of a private authority for other names.
    ...(mode === "verify-ca" && texts.has("sslrootcert") ? { checkServerIdentity: () => undefined } : {})
  })
}
