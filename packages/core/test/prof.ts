import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Logger from "effect/Logger"
import { MemoryStore } from "/tmp/w/custody/packages/core/src/index.ts"
import { simulate } from "/tmp/w/custody/packages/core/test/custody.ts"
for (let seed = 1; seed <= 400; seed++) {
  const t = process.cpuUsage()
  const r = await Effect.runPromise(Effect.scoped(simulate(seed, MemoryStore.layer)).pipe(Effect.provide(TestClock.layer()), Effect.provide(Logger.layer([]))))
  const d = process.cpuUsage(t)
  if (r.broken.length) console.log(seed, Math.round((d.user + d.system) / 1000), JSON.stringify(r).slice(0, 200))
}
