/** A real browser with a profile on disk, driven from outside, and a site for it; a test leaves neither behind. */
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type BrowserContext, chromium, type Page } from "playwright"

import { launchOptions, ready } from "../../../tooling/browser.ts"
import { bundle } from "../../../tooling/bundle.ts"
import type { Said } from "./programs/tab.ts"

/** Serves the program `tab.ts`; `/opaque` is the same page without an origin of its own. */
export const serve = async (): Promise<{ readonly url: string } & AsyncDisposable> => {
  const code = await bundle(join(import.meta.dirname, "programs/tab.ts"))
  const server = createServer(({ url }, response) => {
    const isCode = url === "/tab.js"
    response.setHeader("content-type", isCode ? "text/javascript" : "text/html")
    response.setHeader("access-control-allow-origin", "*")
    if (url === "/opaque") response.setHeader("content-security-policy", "sandbox allow-scripts")
    response.end(isCode ? code : `<!doctype html><script type="module" src="/tab.js"></script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port")
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

export const temporaryProfile = (): { readonly path: string } & Disposable => {
  const path = mkdtempSync(join(tmpdir(), "aumai-handoff-profile-"))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) }
}

export interface Running extends AsyncDisposable {
  readonly context: BrowserContext
  /** A tab that shows the site and has its program. */
  readonly tab: (url: string) => Promise<Page>
  /** `kill -9` of the browser and then of its helpers. Resolves when it is gone. */
  readonly kill: () => Promise<void>
}

interface ProcessInfo {
  readonly type: string
  readonly id: number
}

const end = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It has followed the one before it already.
  }
}

export const launch = async (profile: string): Promise<Running> => {
  ready()
  const context = await chromium.launchPersistentContext(profile, launchOptions)
  const browser = context.browser()
  if (browser === null) throw new Error("The browser cannot be reached")
  return {
    context,
    tab: async (url) => {
      const page = await context.newPage()
      await page.goto(url)
      await page.waitForFunction(() => "handoffTab" in globalThis)
      return page
    },
    kill: async () => {
      const session = await browser.newBrowserCDPSession()
      const { processInfo }: { readonly processInfo: ReadonlyArray<ProcessInfo> } =
        await session.send("SystemInfo.getProcessInfo")
      const isGone = new Promise((resolve) => context.once("close", resolve))
      const browserFirst = processInfo.toSorted((a, b) => Number(b.type === "browser") - Number(a.type === "browser"))
      for (const { id } of browserFirst) end(id)
      await isGone
    },
    [Symbol.asyncDispose]: () => context.close().catch(() => {})
  }
}

/** Lets a page commit in four lanes for as long as it lives, and hears what it is promised. */
export const commitForEver = async (page: Page, prefix: string, hear: (said: Said) => void): Promise<void> => {
  await page.exposeFunction("say", hear)
  await page.evaluate((prefix) => {
    // The cast: Playwright has put it there.
    const { say } = globalThis as unknown as { readonly say: (said: Said) => void }
    handoffTab.commitForEver(prefix, 4, say)
  }, prefix)
}
