/** A real browser with a profile on disk, driven from outside; a test leaves nothing of it behind. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type BrowserContext, chromium, type Page } from "playwright"

import { launchOptions, ready } from "../../../tooling/browser.ts"
import { serve, type Site } from "../../../tooling/site.ts"
import type { Said } from "./programs/tab.ts"

/** A site whose pages run `tab.ts`. */
export const serveTabs = (): Promise<Site> => serve(join(import.meta.dirname, "programs/tab.ts"))

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
