/** Writes the IndexedDB store in a page, and gives its object stores with all of their rows. */
import { HandoffManager, HandoffStore } from "@aumai/handoff-core"
import { IndexedDbStore } from "@aumai/handoff-store-indexeddb"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { remembered } from "../src/golden.ts"
import { withSeededCrypto } from "../src/histories.ts"
import { fill, goldenHistories } from "./golden-lives.ts"

const name = "golden"

const answered = <A>(request: IDBRequest<A>): Promise<A> =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result))
    request.addEventListener("error", () => reject(request.error))
  })

const dump = async () => {
  const database = await answered(indexedDB.open(name))
  const transaction = database.transaction(database.objectStoreNames)
  const stores = [...database.objectStoreNames].map(async (name) => {
    const store = transaction.objectStore(name)
    const { autoIncrement, keyPath } = store
    const indexes = [...store.indexNames].map((name) => {
      const { keyPath, multiEntry, unique } = store.index(name)
      return { name, keyPath, multiEntry, unique }
    })
    const [keys, values] = await Promise.all([answered(store.getAllKeys()), answered(store.getAll())])
    return { name, keyPath, autoIncrement, indexes, rows: keys.map((key, index) => [key, values[index]]) }
  })
  const all = await Promise.all(stores)
  database.close()
  return { version: database.version, stores: all }
}

const write = () =>
  Effect.gen(function* () {
    yield* fill(yield* goldenHistories)
    const log = yield* (yield* HandoffStore).log({ limit: remembered })
    return String(log.at(-1)?.position)
  }).pipe(
    Effect.provide(HandoffManager.layer.pipe(Layer.provideMerge(IndexedDbStore.layer({ name })))),
    withSeededCrypto(20261203),
    Effect.flatMap((position) => Effect.map(Effect.promise(dump), (database) => ({ position, database }))),
    Effect.runPromise
  )

declare global {
  var writeGolden: typeof write
}

globalThis.writeGolden = write
