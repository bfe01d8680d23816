/** The built board in a real browser: much, lost, newer, full, offline. */
import { randomBytes } from "node:crypto"
import { gzipSync } from "node:zlib"

import type { Browser } from "playwright"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { create, goTo, lane } from "./people.ts"
import { launchBrowser, serveBoard, type Site, visit, visitOnDisk } from "./site.ts"

let site: Site
let browser: Browser

beforeAll(async () => {
  site = await serveBoard()
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await site?.[Symbol.asyncDispose]()
})

describe("trouble", () => {
  it("shows only some of thousands, but reaches all of them", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab("#/data")
    const records = Array.from({ length: 3000 }, (_, index) => ({
      record_id: `many-${index}`,
      status: "pending",
      request: { from_agent: "a", to_agent: "b", task_description: `Task ${index}` },
      created_at: new Date(index).toISOString(),
      updated_at: new Date(index).toISOString()
    }))
    await page
      .getByLabel("Choose a file")
      .setInputFiles({ name: "many.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(records)) })
    await page.getByText("3000 added", { exact: true }).waitFor()
    await goTo(page, "Board")
    await page.getByRole("heading", { name: "Pending 3000" }).waitFor()
    expect(await lane(page, "Pending").getByRole("listitem").count()).toBeLessThan(60)
    await page.getByRole("group", { name: "Pending handoffs, scrollable" }).focus()
    await page.keyboard.press("End")
    await lane(page, "Pending").getByRole("link", { name: "Task 2999", exact: true }).waitFor()
  })

  it("is told when another page deletes the database, and can begin anew", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "Count the beds" })
    await page.evaluate(() => void indexedDB.deleteDatabase("board"))
    await page
      .getByRole("alert")
      .getByText(/Nothing new is shown any more\. .*deleted/)
      .waitFor()
    await page.getByRole("button", { name: "Reload" }).click()
    await page.getByRole("heading", { name: "The board cannot be opened" }).waitFor()
    await page.getByRole("button", { name: "Begin anew, without what was there" }).click()
    await page.getByText("There are no handoffs in this browser yet.").waitFor()
  })

  it("is told when the browser has a newer database, and how to go on", async () => {
    await using visitor = await visit(browser, site)
    const newer = await visitor.context.newPage()
    await newer.goto(`${site.url}icon.svg`)
    await newer.evaluate(
      () =>
        new Promise<void>((resolve) => {
          indexedDB.open("board", 99).addEventListener("success", () => resolve())
        })
    )
    const page = await visitor.tab()
    await page.getByRole("heading", { name: "The board cannot be opened" }).waitFor()
    expect(await page.getByRole("alert").innerText()).toMatch(/newer/)
    await page.getByRole("button", { name: "Try again" }).waitFor()
  })

  it("is told when the browser gives no more room, and opens again", async () => {
    await using visitor = await visitOnDisk(site)
    // Before the board is there: the browser remembers for a while how much space it found.
    const devtools = await visitor.context.newCDPSession(await visitor.context.newPage())
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(site.url).origin, quotaSize: 3_000_000 })
    const page = await visitor.tab("#/data")
    const moment = new Date(0).toISOString()
    const records = Array.from({ length: 8 }, (_, index) => ({
      record_id: `large-${index}`,
      status: "pending",
      request: {
        from_agent: "a",
        to_agent: "b",
        task_description: "Keep",
        context: { text: randomBytes(300_000).toString("hex") }
      },
      created_at: moment,
      updated_at: moment
    }))
    await page
      .getByLabel("Choose a file")
      .setInputFiles({ name: "large.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(records)) })
    await page
      .getByText(/large-\d: refused\. .*no space left.* This browser gives the board no more room/)
      .first()
      .waitFor()
    await page.reload()
    await page.getByRole("heading", { name: "Import and export" }).waitFor()
  })
})

describe("loading", () => {
  it("takes at most 150 KiB, gzipped, until the board is there", async () => {
    await using visitor = await visit(browser, site, { serviceWorkers: "block" })
    const page = await visitor.context.newPage()
    const sizes: Array<Promise<number>> = []
    page.on("response", (response) => sizes.push(response.body().then((body) => gzipSync(body, { level: 9 }).length)))
    await page.goto(site.url)
    await page.getByText("There are no handoffs in this browser yet.").waitFor()
    await page.waitForLoadState("networkidle")
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size)
    expect(total).toBeGreaterThan(50 * 1024)
    expect(total).toBeLessThan(150 * 1024)
  })

  it("happens without a network, too, once the board has been there", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "Count the beds" })
    await page.evaluate(() => navigator.serviceWorker.ready)
    await visitor.context.setOffline(true)
    const later = await visitor.tab()
    await lane(later, "Pending").getByRole("link", { name: "Count the beds" }).waitFor()
    await goTo(later, "Laws")
    await later.getByRole("button", { name: "Run the laws" }).waitFor()
  })
})
