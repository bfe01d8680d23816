import { connect as connectTo, createServer, type Server } from "node:net"

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"

import { makeDatabase } from "../../../tooling/databases.ts"
import { PostgresStore } from "../src/index.ts"

/** The message of a server that is starting. */
const starting = (() => {
  const fields = "SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
  const message = Buffer.alloc(5 + fields.length)
  message.write("E")
  message.writeInt32BE(4 + fields.length, 1)
  message.write(fields, 5)
  return message
})()

const listen = (server: Server, port = 0) =>
  Effect.promise(
    () =>
      new Promise<number>((resolve) =>
        server.listen(port, "127.0.0.1", () => {
          const address = server.address()
          resolve(typeof address === "object" && address !== null ? address.port : 0)
        })
      )
  )

const closed = (server: Server) => Effect.promise(() => new Promise((resolve) => server.close(resolve)))

/** A way to a server. It answers the first `times` connections with a message, and ends them. */
const makeWay = (url: string, times: number, message: Buffer | string = starting) => {
  const { hostname, port } = new URL(url)
  let left = times
  return createServer((client) => {
    client.on("error", () => {})
    if (left-- > 0) return client.once("data", () => client.end(message))
    const upstream = connectTo(Number(port), hostname)
    return client.pipe(upstream.on("error", () => client.destroy())).pipe(client)
  })
}

// The test clock passes more quickly than an attempt to connect, which must not end.
const at = (url: string, port: number) =>
  Object.assign(new URL(url), { hostname: "127.0.0.1", port: String(port), search: "connect_timeout=0" }).href

const opening = (url: string) => Effect.scoped(Effect.asVoid(PostgresStore.make({ url })))

/** The error of opening a store, while time passes by the test clock. */
const refusal = (url: string) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.flip(opening(url)), { startImmediately: true })
    while (fiber.pollUnsafe() === undefined) {
      yield* TestClock.adjust("100 millis")
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    }
    return yield* Fiber.join(fiber)
  })

describe("opening waits for a server", () => {
  it.live("that says it is starting", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const way = makeWay(url, 3)
      const port = yield* Effect.acquireRelease(listen(way), () => closed(way))
      yield* opening(at(url, port))
    })
  )

  it.live("behind a port that accepts connections before it, and ends them", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const way = makeWay(url, 3, "")
      const port = yield* Effect.acquireRelease(listen(way), () => closed(way))
      yield* opening(at(url, port))
    })
  )

  it.live("that does not listen yet", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const free = createServer()
      const port = yield* listen(free)
      yield* closed(free)
      const waiting = yield* Effect.forkChild(opening(at(url, port)), { startImmediately: true })
      // Its first attempt has failed by now, because it began before this server listens.
      const way = makeWay(url, 1)
      yield* Effect.acquireRelease(listen(way, port), () => closed(way))
      yield* Fiber.join(waiting)
    })
  )

  it.effect("no longer than a minute, and five seconds for one that does not listen; the error tells how long", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const way = makeWay(url, Infinity)
      const port = yield* Effect.acquireRelease(listen(way), () => closed(way))
      const slow = yield* refusal(at(url, port))
      assert.match(
        slow.detail,
        /:\d+ does not accept connections yet: the database system is starting up; try again\. It was tried \d\d times in 60 seconds$/
      )
      const free = createServer()
      const silent = yield* listen(free)
      yield* closed(free)
      const none = yield* refusal(at(url, silent))
      assert.match(
        none.detail,
        /^No server answers at .*:\d+; start PostgreSQL there, or .*\. It was tried \d+ times in 5 seconds$/
      )
    })
  )
})
