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
  readonly clients: { readonly claim: () => Promise<void> }
}

// The cast: this file runs only as a service worker.
const scope = globalThis as unknown as Scope
// A site may have several boards, each at a path of its own.
const ours = `board ${new URL("./", location.href).pathname} `
const name = `${ours}${boardVersion}`

const install = async (): Promise<void> => {
  const cache = await caches.open(name)
  // Past what the browser remembers of the site: an old page among new files would open nothing without a network.
  await cache.addAll(boardFiles.map((file) => new Request(file, { cache: "reload" })))
}

/** Only once no tab is left that was opened with an older version: such a tab still loads pages of its own from there. */
const activate = async (): Promise<void> => {
  const others = (await caches.keys()).filter((key) => key.startsWith(ours) && key !== name)
  await Promise.all(others.map((key) => caches.delete(key)))
  await scope.clients.claim()
}

/** The newest version that has it. */
const keptOf = async (wanted: Request | string): Promise<Response | undefined> => {
  for (const key of (await caches.keys()).toReversed()) {
    const kept = key.startsWith(ours) ? await caches.match(wanted, { cacheName: key, ignoreVary: true }) : undefined
    if (kept !== undefined) return kept
  }
  return undefined
}

/** The page comes from the network while there is one, so that a new version is seen at once; its parts have hashes as names. */
const answer = async (request: Request): Promise<Response> => {
  const isPage = request.mode === "navigate"
  const kept = await keptOf(isPage ? "./" : request)
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
