/** The built board in a real browser: large, deleted, newer, blocked and full databases, and loading offline. */
import { randomBytes } from "node:crypto"
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { gzipSync } from "node:zlib"

import { describe, expect, it } from "vitest"

import { create, goTo, importRecords, lane, names, recordOf } from "./people.ts"
import { useBoard } from "./site.ts"

const board = useBoard()

describe("trouble", () => {
  it("renders some of thousands of cards, and reaches all of them", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const records = Array.from({ length: 10_000 }, (_, index) => recordOf(`many-${index}`, `Task ${index}`))
    await importRecords(page, records)
    await page.getByText("10000 added", { exact: true }).waitFor()
    await goTo(page, "Board")
    await page.getByRole("heading", { name: "Pending 10000" }).waitFor()
    await expect.poll(async () => lane(page, "Pending").getByRole("listitem").count()).toBeLessThan(60)
    await page.getByRole("group", { name: "Pending handoffs, scrollable" }).focus()
    await page.keyboard.press("End")
    await lane(page, "Pending").getByRole("link", { name: "Task 9999", exact: true }).waitFor()
  })

  it("reports a deleted database, and can start empty", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "Count the beds" })
    await page.evaluate(() => void indexedDB.deleteDatabase("board"))
    await page
      .getByRole("alert")
      .getByText(/The board has stopped updating\. .*deleted/)
      .waitFor()
    await page.getByRole("button", { name: "Reload" }).click()
    await page.getByRole("heading", { name: "The board cannot be opened" }).waitFor()
    await page.getByRole("button", { name: "Delete the data and start empty" }).click()
    await page.getByText("There are no handoffs in this browser yet.").waitFor()
  })

  it("reports a newer database, and offers to try again", async () => {
    await using visitor = await board.visit()
    const newer = await visitor.context.newPage()
    await newer.goto(`${board.url()}icon.svg`)
    await newer.evaluate(
      () =>
        new Promise<void>((resolve) => {
          indexedDB.open("board", 99).addEventListener("success", () => resolve())
        })
    )
    const page = await visitor.tab()
    await page.getByRole("heading", { name: "The board cannot be opened" }).waitFor()
    await expect.poll(async () => page.getByRole("alert").innerText()).toMatch(/newer/)
    await page.getByRole("button", { name: "Try again" }).waitFor()
  })

  it("closes the database for a newer version of the board, and reports that", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "Count the beds" })
    const newer = await visitor.context.newPage()
    await newer.goto(`${board.url()}icon.svg`)
    const isUpgraded = await newer.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const request = indexedDB.open("board", 99)
          request.addEventListener("blocked", () => resolve(false))
          request.addEventListener("success", () => resolve(true))
        })
    )
    expect(isUpgraded).toBe(true)
    await page
      .getByRole("alert")
      .getByText(/The board has stopped updating\. .*newer version/)
      .waitFor()
    await page.getByRole("button", { name: "Reload" }).waitFor()
  })

  it("reports a database that another tab blocks, and opens it once that tab is closed", async () => {
    await using visitor = await board.visit()
    const holder = await visitor.context.newPage()
    await holder.goto(`${board.url()}icon.svg`)
    await holder.evaluate(
      () =>
        new Promise<void>((resolve) => {
          // An open connection blocks the deletion, and the deletion blocks later openings.
          indexedDB.open("board", 1).addEventListener("success", () => {
            indexedDB.deleteDatabase("board").addEventListener("blocked", () => resolve())
          })
        })
    )
    const page = await visitor.context.newPage()
    await page.goto(board.url())
    await page.getByRole("heading", { name: "The board cannot be opened" }).waitFor()
    await expect.poll(async () => page.getByRole("alert").innerText()).toMatch(/another tab/)
    await holder.close()
    await page.getByRole("button", { name: "Try again" }).click()
    await page.getByText("There are no handoffs in this browser yet.").waitFor()
    await create(page, { from: "a", to: "b", task: "Count the beds" })
  })

  it("keeps the last commit of a closed tab wholly or not at all", async () => {
    await using visitor = await board.visit()
    const watcher = await visitor.tab()
    for (const task of ["One", "Two", "Three"]) {
      const tab = await visitor.tab("#/new")
      await tab.getByLabel("Sender").fill("a")
      await tab.getByLabel("Receiver").fill("b")
      await tab.getByLabel("Task").fill(task)
      await tab.getByRole("button", { name: "Create handoff" }).dispatchEvent("click")
      await tab.close()
    }
    await create(watcher, { from: "a", to: "b", task: "Last" })
    await goTo(watcher, "Board")
    await lane(watcher, "Pending").getByRole("link", { name: "Last" }).waitFor()
    const live = await names(lane(watcher, "Pending").getByRole("link"))
    await watcher.reload()
    await lane(watcher, "Pending").getByRole("link", { name: "Last" }).waitFor()
    await expect.poll(() => names(lane(watcher, "Pending").getByRole("link"))).toEqual(live)
    for (const task of live) {
      await goTo(watcher, "Board")
      await lane(watcher, "Pending").getByRole("link", { name: task }).click()
      await watcher.getByRole("region", { name: "Trail" }).getByText("a created it").waitFor()
    }
    expect(visitor.complaints).toEqual([])
  })

  it("reports a full storage, and opens again", async () => {
    await using visitor = await board.visitOnDisk()
    // Before the board opens, because the browser caches the quota for a while.
    const devtools = await visitor.context.newCDPSession(await visitor.context.newPage())
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(board.url()).origin, quotaSize: 3_000_000 })
    const page = await visitor.tab()
    const records = Array.from({ length: 8 }, (_, index) =>
      recordOf(`large-${index}`, "Keep", { context: { text: randomBytes(300_000).toString("hex") } })
    )
    await importRecords(page, records)
    await page
      .getByText(/large-\d: refused\. .*no space left.* The storage of this browser is full/)
      .first()
      .waitFor()
    await page.reload()
    await page.getByRole("heading", { name: "Import and export" }).waitFor()
  })
})

describe("loading", () => {
  it("takes at most 150 KiB, gzipped, until the board shows", async () => {
    await using visitor = await board.visit({ serviceWorkers: "block" })
    const page = await visitor.context.newPage()
    const sizes: Array<Promise<number>> = []
    page.on("response", (response) => sizes.push(response.body().then((body) => gzipSync(body, { level: 9 }).length)))
    await page.goto(board.url())
    await page.getByText("There are no handoffs in this browser yet.").waitFor()
    await page.waitForLoadState("networkidle")
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size)
    expect(total).toBeGreaterThan(50 * 1024)
    expect(total).toBeLessThan(150 * 1024)
  })

  it("works without a network once the board has been open", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "Count the beds" })
    await page.evaluate(() => navigator.serviceWorker.ready)
    await visitor.context.setOffline(true)
    const later = await visitor.tab()
    await lane(later, "Pending").getByRole("link", { name: "Count the beds" }).waitFor()
    await goTo(later, "Laws")
    await later.getByRole("button", { name: "Run the laws" }).waitFor()
  })

  it("still works for a page in a tab older than the newest version of the board", async () => {
    await using visitor = await board.visit()
    const old = await visitor.tab()
    await old.evaluate(() => navigator.serviceWorker.ready)
    // The same board with other file names, as in a newer version.
    const assets = join(board.files(), "assets")
    const files = [...readdirSync(assets).map((name) => join(assets, name)), join(board.files(), "worker.js")]
    for (const file of files) {
      const text = readFileSync(file, "utf8")
      writeFileSync(
        file,
        text.replaceAll(/AgentsPage-[^.]+\.js/g, "AgentsPage-newer.js").replace('boardVersion="', "$&n")
      )
      if (file.includes("AgentsPage-")) renameSync(file, join(assets, "AgentsPage-newer.js"))
    }
    await old.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready
      await registration.update()
      const newer = registration.installing ?? registration.waiting
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (newer !== null && newer.state !== "installing") resolve()
        }
        newer?.addEventListener("statechange", look)
        look()
      })
    })
    const later = await visitor.tab()
    await goTo(later, "Agents")
    await later.getByText("No agents yet.").waitFor()
    await goTo(old, "Agents")
    await old.getByText("No agents yet.").waitFor()
  })

  it("reports a page script that cannot be loaded without a network", async () => {
    await using visitor = await board.visit({ serviceWorkers: "block" })
    const page = await visitor.tab()
    await visitor.context.setOffline(true)
    await page.getByRole("navigation").getByRole("link", { name: "Laws" }).click()
    await page.getByRole("heading", { name: "This page cannot be shown" }).waitFor()
    await page.getByText(/there is no network, or a newer version/).waitFor()
    await page.goto(pathToFileURL(join(board.files(), "index.html")).href)
    await page.getByText(/browsers do not run modules from files on a disk/).waitFor()
  })

  it("works outside secure contexts, without clipboard, storage estimate, locks and service worker", async () => {
    await using visitor = await board.visit()
    await visitor.context.addInitScript(() => {
      for (const name of ["storage", "clipboard", "locks", "serviceWorker"])
        Reflect.deleteProperty(Navigator.prototype, name)
    })
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "One" })
    await page.getByRole("button", { name: "Copy id" }).click()
    await page.getByText("The browser denied access to the clipboard.").waitFor()
    await goTo(page, "Import and export")
    await page.getByRole("button", { name: "Export all" }).waitFor()
    expect(visitor.complaints).toEqual([])
  })
})
