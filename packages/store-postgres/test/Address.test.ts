import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

import * as Address from "../src/Address.ts"

describe("a database URL", () => {
  it.effect("is decoded into the name of the database and the server", () =>
    Effect.gen(function* () {
      const names = [
        ["postgres://app:p%40ss%2Fw@db.example/handoffs", "database handoffs on db.example:5432"],
        ["postgresql://app@[::1]:6000/handoffs?sslmode=verify-full", "database handoffs on [::1]:6000"],
        ["postgres://app@localhost/handoffs?host=/run/postgresql", "database handoffs on /run/postgresql"],
        ["postgres://app@%2Frun%2Fpostgresql/%C3%BCbergaben", "database übergaben on /run/postgresql"],
        ["postgres://app@localhost", "database app on localhost:5432"]
      ] as const
      for (const [url, name] of names) assert.strictEqual((yield* Address.read(url)).name, name)
    })
  )

  it.effect("is refused with a sentence that repeats no part of it", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [string, RegExp]> = [
        ["", /is not valid; write it as postgres:\/\/user:password@host/],
        ["postgres://app:s3cret/w@host/db", /percent-encoded/],
        ["postgres://app:s3cret#w@host/db", /percent-encoded/],
        ["postgres://app:12?s3cret@host/db", /percent-encoded/],
        ["postgres://app:12/s3cret@host/db", /percent-encoded/],
        ["postgres://app:%zzs3cret@host/db", /percent-encoded/],
        ["mysql://app:s3cret@host/db", /begins with mysql:/],
        ["postgres://app:s3cret@host,other/db", /has several hosts/],
        ["postgres://app:s3cret@host/db?sslrootcert=x", /unknown parameter; the known ones are sslmode/],
        ["postgres://app:s3cret@host/db?sslmode=s3cret", /unknown sslmode; use one of disable/],
        ["postgres://host/db", /has no user/],
        ["postgres://app@host/db;password=s3cret", /has a ; or = in a name/],
        ["postgres://app@host/db%3Bpassword%3Ds3cret", /has a ; or = in a name/],
        ["postgres://app;password=s3cret@host/db", /has a ; or = in a name/],
        ["postgres://app@host;password=s3cret/db", /has a ; or = in a name/],
        ["postgres://app@host/db?host=h;password=s3cret", /has a ; or = in a name/]
      ]
      for (const [url, sentence] of cases) {
        const { detail, reason } = yield* Effect.flip(Address.read(url))
        assert.strictEqual(reason, "unavailable")
        assert.match(detail, sentence, url)
        assert.notMatch(detail, /s3cret/)
      }
    })
  )
})
