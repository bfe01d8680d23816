/** Drives a real browser with a temporary profile on disk. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type BrowserContext, chromium, type Page } from "playwright"

import { launchOptions, ready } from "../../../tooling/browser.ts"
import { serve, type Site } from "../../../tooling/site.ts"
import type { Report } from "./programs/tab.ts"

/** Serves a site whose pages run `tab.ts`. */
export const serveTabs = (): Promise<Site> => serve(join(import.meta.dirname, "programs/tab.ts"))

export const temporaryProfile = (): { readonly path: string } & Disposable => {
  const path = mkdtempSync(join(tmpdir(), "aumai-handoff-profile-"))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) }
}

export interface Running extends AsyncDisposable {
  readonly context: BrowserContext
  /** Opens a tab of the site and waits for its program. */
  readonly tab: (url: string) => Promise<Page>
  /** Kills the browser with SIGKILL, and then its child processes. Resolves when it is gone. */
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
    // The process has ended already.
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

/** Lets a page commit in four lanes until it ends, and passes on its reports. */
export const commitForever = async (page: Page, prefix: string, hear: (report: Report) => void): Promise<void> => {
  await page.exposeFunction("say", hear)
  await page.evaluate((prefix) => {
    // The cast names the function that Playwright added to the page.
    const { say } = globalThis as unknown as { readonly say: (report: Report) => void }
    handoffTab.commitForever(prefix, 4, say)
  }, prefix)
}
