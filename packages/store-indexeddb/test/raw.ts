/** IndexedDB as another page uses it. */

const answered = <A>(request: IDBRequest<A>): Promise<A> =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result))
    request.addEventListener("error", () => reject(request.error))
  })

/** Opens a database as it is, or in a newer version, in which it gets more object stores. */
export const openRaw = (name: string, version?: number, stores: ReadonlyArray<string> = []): Promise<IDBDatabase> => {
  const request = indexedDB.open(name, version)
  request.addEventListener("upgradeneeded", () => {
    for (const store of stores) request.result.createObjectStore(store, { keyPath: "id" })
  })
  return answered(request)
}

export const deleteRaw = (name: string): Promise<unknown> => answered(indexedDB.deleteDatabase(name))

/** One request in a transaction of its own, on a connection of its own. */
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
