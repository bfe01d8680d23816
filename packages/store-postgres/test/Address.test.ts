import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

import * as Address from "../src/Address.ts"

const nothing = {}

const passwordsOf = ({ hosts }: Address.Address) => hosts.map(({ password }) => password && Redacted.value(password))

const serversOf = ({ hosts }: Address.Address) => hosts.map(({ host, port }) => `${host} ${port}`)

/** A directory of the test's files. */
const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "aumai-address-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

describe("a database URL", () => {
  it.effect("is decoded into the name of the database and the server", () =>
    Effect.gen(function* () {
      const names = [
        ["postgres://app:p%40ss%2Fw@db.example/handoffs", "database handoffs on db.example:5432"],
        ["postgresql://app@[::1]:6000/handoffs?sslmode=verify-full", "database handoffs on [::1]:6000"],
        ["postgres://app@localhost:6000/handoffs?host=/run/postgresql", "database handoffs on /run/postgresql"],
        ["postgres://app@%2Frun%2Fpostgresql/%C3%BCbergaben", "database übergaben on /run/postgresql"],
        ["postgres://app@localhost", "database app on localhost:5432"],
        ["postgres:///handoffs?user=app", "database handoffs on localhost:5432"],
        ["postgres://app@a,b:6000/db", "database db on a:5432,b:6000"]
      ] as const
      for (const [url, name] of names) assert.strictEqual((yield* Address.read(url, nothing)).name, name)
    })
  )

  it.effect("gives each host its port", () =>
    Effect.gen(function* () {
      for (const [url, servers] of [
        ["postgres://app@a:1,b,[::1]:3/db", ["a 1", "b 5432", "::1 3"]],
        ["postgres:///db?user=app&host=a,b&port=1,2", ["a 1", "b 2"]],
        ["postgres://app@a,b/db?port=7", ["a 7", "b 7"]]
      ] as const) {
        assert.deepStrictEqual(serversOf(yield* Address.read(url, nothing)), [...servers])
      }
    })
  )

  it.effect("of a hoster is taken with all its parameters", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [string, Partial<Address.Address>]> = [
        ["sslmode=require&channel_binding=require", { encryption: {} }],
        ["sslmode=verify-full&target_session_attrs=read-write", { encryption: {}, target: "read-write" }],
        ["sslmode=prefer&gssencmode=disable", { encryption: "prefer" }],
        ["pgbouncer=true&connect_timeout=15", { isPooled: true, connectTimeout: 15 }],
        ["options=endpoint%3Dep-x&application_name=a+b", { options: "endpoint=ep-x", applicationName: "a+b" }]
      ]
      for (const [parameters, expected] of cases) {
        const address = yield* Address.read(`postgres://app:p%25@db.example/db?${parameters}`, nothing)
        assert.deepStrictEqual({ ...address, ...expected }, address)
        assert.deepStrictEqual(passwordsOf(address), ["p%"])
      }
    })
  )

  it.effect("reads the files of certificates, and takes the authorities of the system", () =>
    Effect.gen(function* () {
      const path = join(yield* directory, "root.crt")
      writeFileSync(path, "an authority")
      const parameter = `sslrootcert=${encodeURIComponent(path)}`
      const read = (parameters: string) => Address.read(`postgres://app@host/db?${parameters}`, nothing)
      assert.deepStrictEqual((yield* read(`sslmode=verify-full&${parameter}`)).encryption, { ca: "an authority" })
      const { encryption } = yield* read(`sslmode=verify-ca&${parameter}`)
      assert.hasAllKeys(encryption, ["ca", "checkServerIdentity"])
      assert.hasAllKeys((yield* read("sslrootcert=system")).encryption, ["ca"])
      assert.strictEqual((yield* read(`sslmode=disable&${parameter}`)).encryption, "none")
      assert.match((yield* Effect.flip(read(parameter))).detail, /has sslrootcert, which needs sslmode=verify-full/)
      assert.match(
        (yield* Effect.flip(read("sslmode=require&sslcert=nowhere"))).detail,
        /names a file as sslcert that cannot be read/
      )
    })
  )

  it.effect("is completed from the environment and from a service", () =>
    Effect.gen(function* () {
      const home = yield* directory
      const [services, passwords] = [join(home, "services"), join(home, "passwords")]
      writeFileSync(services, "# of the team\n[other]\nhost=x\n[handoffs]\nhost=db.example\nuser = app\ndbname=work\n")
      writeFileSync(passwords, "db.example:*:work:other:no\n# a comment\ndb.example:5432:*:app:a\\:b\\\\c:d\n")
      chmodSync(passwords, 0o600)
      const env = { PGSERVICEFILE: services, PGPASSFILE: passwords }
      const fromService = yield* Address.read("postgres://?service=handoffs", env)
      assert.strictEqual(fromService.name, "database work on db.example:5432")
      assert.deepStrictEqual(passwordsOf(fromService), ["a:b\\c:d"])

      const ofEnv = {
        PGHOST: "h",
        PGPORT: "7",
        PGUSER: "u",
        PGPASSWORD: "s3cret",
        PGDATABASE: "d",
        PGSSLMODE: "require"
      }
      const fromEnv = yield* Address.read("postgres://", { ...env, ...ofEnv })
      assert.strictEqual(fromEnv.name, "database d on h:7")
      assert.deepStrictEqual([fromEnv.user, fromEnv.encryption, passwordsOf(fromEnv)], ["u", {}, ["s3cret"]])
      // The URL comes first.
      const url = "postgres://app:own@db.example:1/work?sslmode=disable"
      const fromUrl = yield* Address.read(url, { ...env, ...ofEnv })
      assert.deepStrictEqual(
        [fromUrl.name, fromUrl.user, fromUrl.encryption, passwordsOf(fromUrl)],
        ["database work on db.example:1", "app", "none", ["own"]]
      )

      // Like libpq, the store does not use a file of passwords that others may read.
      chmodSync(passwords, 0o644)
      assert.deepStrictEqual(passwordsOf(yield* Address.read("postgres://?service=handoffs", env)), [undefined])
      const unknown = yield* Effect.flip(Address.read("postgres://?service=none", env))
      assert.match(unknown.detail, /names a service that no file of services has/)
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
        ["postgres://app:s3cret@host:1,other:s3cret/db", /percent-encoded/],
        ["postgres://app:s3cret@a,b/db?port=1,2,3", /has another number of ports than of hosts/],
        ["postgres://app:s3cret@host/db?s3cret=x", /unknown parameter; the known ones are host/],
        ["postgres://app:s3cret@host/db?sslmode=s3cret", /unknown sslmode in it or in PGSSLMODE; use one of disable/],
        ["postgres://app:s3cret@host/db?connect_timeout=s3cret", /connect_timeout that is not a number/],
        [
          "postgres://app:s3cret@host/db?channel_binding=require",
          /channel_binding=require, which needs sslmode=require/
        ],
        ["postgres://app:s3cret@host/db?gssencmode=require", /unknown gssencmode in it or in PGGSSENCMODE/],
        ["postgres://app:s3cret@host/db?load_balance_hosts=random", /unknown load_balance_hosts/],
        ["postgres://host/db", /has no user, and PGUSER is not set/],
        ["postgres://app@host/db;password=s3cret", /has a ; or = in a name/],
        ["postgres://app@host/db%3Bpassword%3Ds3cret", /has a ; or = in a name/],
        ["postgres://app;password=s3cret@host/db", /has a ; or = in a name/],
        ["postgres://app@host;password=s3cret/db", /has a ; or = in a name/],
        ["postgres://app@host/db?host=h;password=s3cret", /has a ; or = in a name/]
      ]
      for (const [url, sentence] of cases) {
        const { detail, reason } = yield* Effect.flip(Address.read(url, nothing))
        assert.strictEqual(reason, "unavailable")
        assert.match(detail, sentence, url)
        assert.notMatch(detail, /s3cret/)
      }
    })
  )

  it.effect("with a parameter of libpq or of another driver that the store does not have is refused by its name", () =>
    Effect.gen(function* () {
      for (const [name, instead] of [
        ["ssl", /sslmode=require/],
        ["schema", /options=-csearch_path%3DNAME/],
        ["connection_limit", /maxConnections/],
        ["require_auth", /remove it/],
        ["sslcrl", /remove it/],
        ["keepalives_idle", /remove it/]
      ] as const) {
        const { detail } = yield* Effect.flip(Address.read(`postgres://app@host/db?${name}=s3cret`, nothing))
        assert.match(
          detail,
          new RegExp(`has the parameter ${name}, which this store does not have; .*${instead.source}`)
        )
        assert.notMatch(detail, /s3cret/)
      }
    })
  )
})
