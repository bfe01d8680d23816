/** Uses IndexedDB directly, as another page would. */

const answered = <A>(request: IDBRequest<A>): Promise<A> =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result))
    request.addEventListener("error", () => reject(request.error))
  })

/** Opens a database in its current version, or upgrades it to `version` with more object stores. */
export const openRaw = (name: string, version?: number, stores: ReadonlyArray<string> = []): Promise<IDBDatabase> => {
  const request = indexedDB.open(name, version)
  request.addEventListener("upgradeneeded", () => {
    for (const store of stores) request.result.createObjectStore(store, { keyPath: "id" })
  })
  return answered(request)
}

export const deleteRaw = (name: string): Promise<unknown> => answered(indexedDB.deleteDatabase(name))

/** Makes one request in its own transaction, on its own connection. */
export const inRaw = async <A>(
  name: string,
  store: string,
  request: (store: IDBObjectStore) => IDBRequest<A>
): Promise<A> => {
  const database = await openRaw(name)
  try {
    return await answered(request(database.transaction(store, "readwrite").objectStore(store)))
  } finally {
    database.close()
  }
}

export const namesOfDatabases = async (): Promise<ReadonlyArray<string | undefined>> =>
  (await indexedDB.databases()).map(({ name }) => name)

/** A database with its object stores, their indexes and all of their rows, as JSON. */
export interface Dump {
  readonly version: number
  readonly stores: ReadonlyArray<{
    readonly name: string
    readonly keyPath: string | null
    readonly autoIncrement: boolean
    readonly indexes: ReadonlyArray<{
      readonly name: string
      readonly keyPath: string | Array<string>
      readonly multiEntry: boolean
      readonly unique: boolean
    }>
    readonly rows: ReadonlyArray<readonly [key: IDBValidKey, value: unknown]>
  }>
}

/** Makes a database that is what was dumped. */
export const restoreRaw = async (name: string, { stores, version }: Dump): Promise<void> => {
  const request = indexedDB.open(name, version)
  request.addEventListener("upgradeneeded", () => {
    for (const { autoIncrement, indexes, keyPath, name, rows } of stores) {
      const store = request.result.createObjectStore(name, { autoIncrement, keyPath })
      for (const { keyPath, name, ...options } of indexes) store.createIndex(name, keyPath, options)
      for (const [key, value] of rows) store.put(value, keyPath === null ? key : undefined)
    }
  })
  const database = await answered(request)
  database.close()
}
