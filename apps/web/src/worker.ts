/** The service worker: keeps the files of the board, so that it opens without a network. The handoffs are not its business. */

// Both are written in front of the built worker.
declare const boardFiles: ReadonlyArray<string>
declare const boardVersion: string

interface Lasting extends Event {
  readonly waitUntil: (work: Promise<unknown>) => void
}

interface Asking extends Lasting {
  readonly request: Request
  readonly respondWith: (response: Promise<Response>) => void
}

/** What there is of a worker's globals here; the types of pages and workers exclude each other. */
interface Scope {
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void
  addEventListener(type: "fetch", listener: (event: Asking) => void): void
  readonly skipWaiting: () => Promise<void>
  readonly clients: { readonly claim: () => Promise<void> }
}

// The cast: this file runs only as a service worker.
const scope = globalThis as unknown as Scope
const name = `board ${boardVersion}`

const install = async (): Promise<void> => {
  const cache = await caches.open(name)
  await cache.addAll(boardFiles)
  await scope.skipWaiting()
}

const activate = async (): Promise<void> => {
  const others = (await caches.keys()).filter((key) => key.startsWith("board ") && key !== name)
  await Promise.all(others.map((key) => caches.delete(key)))
  await scope.clients.claim()
}

/** The page comes from the network while there is one, so that a new version is seen at once; its parts have hashes as names. */
const answer = async (request: Request): Promise<Response> => {
  const isPage = request.mode === "navigate"
  const kept = await caches.match(isPage ? "./" : request, { ignoreVary: true })
  if (!isPage) return kept ?? fetch(request)
  try {
    return await fetch(request)
  } catch (error) {
    if (kept === undefined) throw error
    return kept
  }
}

scope.addEventListener("install", (event) => event.waitUntil(install()))
scope.addEventListener("activate", (event) => event.waitUntil(activate()))
scope.addEventListener("fetch", (event) => {
  const { method, url } = event.request
  if (method === "GET" && new URL(url).origin === location.origin) event.respondWith(answer(event.request))
})
