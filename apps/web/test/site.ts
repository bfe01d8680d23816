/** Serves the built board to browser contexts that act as separate people. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type Browser, type BrowserContext, chromium, type Page } from "playwright"
import { afterAll, beforeAll, inject } from "vitest"

import { launchOptions, ready } from "../../../tooling/browser.ts"
import { serveBoard, type Site } from "../tooling/serve.ts"

/** A browser context whose tabs share one IndexedDB. Collects the errors and warnings of its pages. */
export interface Visitor extends AsyncDisposable {
  readonly context: BrowserContext
  readonly complaints: ReadonlyArray<string>
  readonly tab: (path?: string) => Promise<Page>
}

const visitorIn = (context: BrowserContext, { url }: Site, leave: () => Promise<void>): Visitor => {
  const complaints: Array<string> = []
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text())
  })
  context.on("weberror", (error) => complaints.push(String(error.error())))
  return {
    context,
    complaints,
    tab: async (path = "") => {
      const page = await context.newPage()
      await page.goto(`${url}${path}`)
      await page.getByRole("heading", { level: 1 }).waitFor()
      return page
    },
    [Symbol.asyncDispose]: leave
  }
}

const usual = { viewport: { width: 1280, height: 900 }, locale: "en-GB" }

/** Serves the board during the tests of a file. */
export const useBoard = () => {
  let site: Site
  let browser: Browser

  beforeAll(async () => {
    ready()
    site = await serveBoard(inject("board"))
    browser = await chromium.launch(launchOptions)
  })

  afterAll(async () => {
    await browser?.close()
    await site?.[Symbol.asyncDispose]()
  })

  return {
    url: () => site.url,
    /** The directory of the served files, which a test may change. */
    files: () => site.files,
    visit: async (options: Parameters<Browser["newContext"]>[0] = {}): Promise<Visitor> => {
      const context = await browser.newContext({ ...usual, ...options })
      return visitorIn(context, site, () => context.close())
    },
    /** Uses a profile on disk, because a browser enforces a smaller quota only there. */
    visitOnDisk: async (): Promise<Visitor> => {
      const profile = mkdtempSync(join(tmpdir(), "aumai-handoff-profile-"))
      const context = await chromium.launchPersistentContext(profile, { ...launchOptions, ...usual })
      return visitorIn(context, site, async () => {
        await context.close()
        rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
      })
    }
  }
}
