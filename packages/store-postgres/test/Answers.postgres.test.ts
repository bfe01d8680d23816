import { connect as connectTo, createServer, type Socket } from "node:net"

import { RecordId } from "@aumai/handoff-protocol"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

import { makeDatabase } from "../../../tooling/databases.ts"
import { created } from "../../testing/src/handoffs.ts"
import { open, untilAsked } from "./stores.ts"

const at = DateTime.makeUnsafe("2026-12-01T09:00:00Z")

/** A proxy to the server that can drop answers and refuse connections. */
const makeWay = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const { hostname, port } = new URL(url)
      const way = { isDeaf: false, isClosed: false }
      const sockets = new Set<Socket>()
      const end = () => {
        for (const socket of sockets) socket.destroy()
      }
      const server = createServer((client) => {
        if (way.isClosed) return client.destroy()
        const upstream = connectTo(Number(port), hostname)
        for (const socket of [client, upstream]) sockets.add(socket.on("error", () => {}).on("close", end))
        client.pipe(upstream)
        // An answer means that the server has executed the request.
        return upstream.on("data", (data) => (way.isDeaf ? end() : client.write(data)))
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const address = server.address()
      const own = { hostname: "127.0.0.1", port: String(typeof address === "object" ? address?.port : "") }
      return Object.assign(way, {
        url: Object.assign(new URL(url), own).href,
        cut: end,
        end: () => {
          end()
          server.close()
        }
      })
    }),
    (way) => Effect.sync(way.end)
  )

describe("a commit whose answer is lost", () => {
  it.live("fails as in doubt, and one that was never sent fails with nothing changed", () =>
    Effect.gen(function* () {
      const url = yield* makeDatabase()
      const way = yield* makeWay(url)
      const [store, witness] = [yield* open(way.url, { maxConnections: 1 }), yield* open(url)]
      yield* store.commit([created("before", at)])
      // Wait for the notification after the commit, because it uses the same connection.
      yield* untilAsked(url)
      yield* store.get(RecordId.make("before"))
      way.isDeaf = true
      const lost = yield* Effect.flip(store.commit([created("lost", at)]))
      assert.match(lost.message, /The change may have happened; read before repeating it$/)
      assert.isTrue(Option.isSome(yield* witness.get(RecordId.make("lost"))))
      way.isDeaf = false
      way.isClosed = true
      way.cut()
      // The first commit may get a pooled connection that was cut, and then fails as in doubt.
      yield* Effect.flip(store.commit([created("unsent", at)]))
      const unsent = yield* Effect.flip(store.commit([created("unsent", at)]))
      assert.match(unsent.message, /Nothing was changed$/)
      assert.isTrue(Option.isNone(yield* witness.get(RecordId.make("unsent"))))
      way.isClosed = false
      yield* store.commit([created("after", at)])
    })
  )
})
