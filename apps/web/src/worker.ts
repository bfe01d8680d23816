/** The service worker: caches the board's files so that it opens without a network. It does not touch the handoffs. */

// The build prepends both to the worker: see `tooling/plugins.ts`.
declare const boardFiles: ReadonlyArray<string>
declare const boardVersion: string

interface ExtendableEvent extends Event {
  readonly waitUntil: (work: Promise<unknown>) => void
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request
  readonly respondWith: (response: Promise<Response>) => void
}

/** The globals of a worker that this file uses; TypeScript's types of pages and workers exclude each other. */
interface Scope {
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void
  readonly clients: { readonly claim: () => Promise<void> }
}

// The cast: this file runs only as a service worker.
const scope = globalThis as unknown as Scope
// A site may host several boards at different paths.
const prefix = `board ${new URL("./", location.href).pathname} `
const name = `${prefix}${boardVersion}`

const install = async (): Promise<void> => {
  const cache = await caches.open(name)
  // Bypasses the HTTP cache: an old page among new files would not open without a network.
  await cache.addAll(boardFiles.map((file) => new Request(file, { cache: "reload" })))
}

/**
 * Deletes the caches of older versions. A browser activates a worker once no tab of an older version is left, and such
 * a tab loads its pages from its own cache.
 */
const activate = async (): Promise<void> => {
  const others = (await caches.keys()).filter((key) => key.startsWith(prefix) && key !== name)
  await Promise.all(others.map((key) => caches.delete(key)))
  await scope.clients.claim()
}

/** The cached response of the newest version that has one. */
const cachedOf = async (wanted: Request | string): Promise<Response | undefined> => {
  for (const key of (await caches.keys()).toReversed()) {
    const cached = key.startsWith(prefix) ? await caches.match(wanted, { cacheName: key, ignoreVary: true }) : undefined
    if (cached !== undefined) return cached
  }
  return undefined
}

/** The page, with the headers against frames that its host may not send. */
const unframed = (page: Response): Response => {
  // The browser follows a redirect itself.
  if (page.type === "opaqueredirect") return page
  const headers = new Headers(page.headers)
  headers.append("Content-Security-Policy", "frame-ancestors 'none'")
  headers.set("X-Frame-Options", "DENY")
  return new Response(page.body, { headers, status: page.status, statusText: page.statusText })
}

/** Answers with the page from the network first, so that a new version shows at once; its other files have hashed names. */
const answer = async (request: Request): Promise<Response> => {
  const isPage = request.mode === "navigate"
  const cached = await cachedOf(isPage ? "./" : request)
  if (!isPage) return cached ?? fetch(request)
  try {
    return unframed(await fetch(request))
  } catch (error) {
    if (cached === undefined) throw error
    return unframed(cached)
  }
}

scope.addEventListener("install", (event) => event.waitUntil(install()))
scope.addEventListener("activate", (event) => event.waitUntil(activate()))
scope.addEventListener("fetch", (event) => {
  const { method, url } = event.request
  if (method === "GET" && new URL(url).origin === location.origin) event.respondWith(answer(event.request))
})
