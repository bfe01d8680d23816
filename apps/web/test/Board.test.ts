/** The built board in a real browser, as people find things: by role and name. */
import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { gzipSync } from "node:zlib"

import type * as Axe from "axe-core"
import type { Browser, Locator, Page } from "playwright"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { launchBrowser, serveBoard, type Site, visit, visitOnDisk } from "./site.ts"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

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

interface Ask {
  readonly from: string
  readonly to: string
  readonly task: string
  readonly priority?: number
  readonly context?: string
}

const goTo = async (page: Page, name: string): Promise<void> => {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click()
  await page.getByRole("link", { name, exact: true }).and(page.locator("[aria-current=page]")).waitFor()
}

/** Hands something over, and ends on its page. */
const create = async (page: Page, { from, to, task, priority, context }: Ask): Promise<void> => {
  await goTo(page, "New handoff")
  await page.getByLabel("Sender").fill(from)
  await page.getByLabel("Receiver").fill(to)
  await page.getByLabel("Task").fill(task)
  if (priority !== undefined) await page.getByLabel("Priority, 1 to 10").fill(String(priority))
  if (context !== undefined) await page.getByLabel("Context, as JSON").fill(context)
  await page.getByRole("button", { name: "Hand it over" }).click()
  await page.getByRole("heading", { name: "Next moves" }).waitFor()
}

const lane = (page: Page, name: string): Locator => page.getByRole("list", { name: `${name} handoffs`, exact: true })
const moves = (page: Page): Locator => page.getByRole("region", { name: "Next moves" })
const act = (page: Page, name: string) => moves(page).getByRole("button", { name, exact: true }).click()
const confirm = (page: Page, name: string) => act(page, `Confirm: ${name}`)
const names = async (locator: Locator): Promise<ReadonlyArray<string>> => await locator.allInnerTexts()

describe("the board", () => {
  it("shows in every tab what happens in one, the most urgent first, and again after a reload", async () => {
    await using visitor = await visit(browser, site)
    const [desk, watcher] = [await visitor.tab(), await visitor.tab()]
    await watcher.getByText("There are no handoffs in this browser yet.").waitFor()

    await create(desk, { from: "er-desk", to: "icu", task: "Count the beds", priority: 3 })
    await create(desk, { from: "er-desk", to: "icu", task: "Take over Ms. R.", priority: 10 })
    await lane(watcher, "Pending").getByRole("link", { name: "Take over Ms. R." }).waitFor()
    await lane(watcher, "Pending").getByRole("link", { name: "Count the beds" }).waitFor()
    expect(await names(lane(watcher, "Pending").getByRole("link"))).toEqual(["Take over Ms. R.", "Count the beds"])

    await act(desk, "Accept")
    await confirm(desk, "Accept")
    await lane(watcher, "Accepted").getByRole("link", { name: "Take over Ms. R." }).waitFor()
    await watcher.reload()
    await lane(watcher, "Accepted").getByRole("link", { name: "Take over Ms. R." }).waitFor()
    expect(await names(lane(watcher, "Pending").getByRole("link"))).toEqual(["Count the beds"])
    expect(visitor.complaints).toEqual([])
  })

  it("searches and filters", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "Count the beds", priority: 3 })
    await create(page, { from: "a", to: "c", task: "Take over Ms. R.", priority: 10 })
    await goTo(page, "Board")
    await page.getByLabel("Search").fill("BEDS")
    await lane(page, "Pending").getByRole("link", { name: "Take over" }).waitFor({ state: "detached" })
    expect(await names(lane(page, "Pending").getByRole("link"))).toEqual(["Count the beds"])
    await page.getByLabel("Search").fill("")
    await page.getByLabel("Agent", { exact: true }).selectOption("c")
    await lane(page, "Pending").getByRole("link", { name: "Count the beds" }).waitFor({ state: "detached" })
    expect(await names(lane(page, "Pending").getByRole("link"))).toEqual(["Take over Ms. R."])
  })

  it("goes from card to card with the arrow keys, and gives a new page the focus", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "First", priority: 9 })
    await create(page, { from: "a", to: "b", task: "Second", priority: 5 })
    await goTo(page, "Board")
    await lane(page, "Pending").getByRole("link", { name: "First" }).focus()
    await page.keyboard.press("ArrowDown")
    await page.waitForFunction(() => document.activeElement?.textContent === "Second")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { name: "Next moves" }).waitFor()
    await page.waitForFunction(() => document.activeElement?.tagName === "MAIN")
  })
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

describe("a handoff's page", () => {
  it("offers the legal moves to the one who acts, and goes from request to result", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab()
    await create(page, { from: "er-desk", to: "icu", task: "Take over Ms. R.", context: '{"vitals":{"pulse":122}}' })
    const offered = () => names(moves(page).getByRole("button"))
    expect(await offered()).toEqual(["Accept", "Reject", "Cancel"])
    await page.getByText("icu's turn").waitFor()
    expect(await page.getByRole("region", { name: "Request" }).innerText()).toMatch(/vitals[^]*pulse\s+122/)

    await page.getByLabel("Act as").fill("er-desk")
    expect(await offered()).toEqual(["Cancel"])
    await page.getByLabel("Act as").fill("somebody")
    expect(await offered()).toEqual([])
    await page.getByLabel("Act as").fill("icu")
    expect(await offered()).toEqual(["Accept", "Reject"])

    await act(page, "Accept")
    await page.getByLabel("Reason (optional)").fill("Bed 4 is free.")
    await confirm(page, "Accept")
    await page.getByRole("region", { name: "Response" }).getByText("Bed 4 is free.").waitFor()
    await act(page, "Start")
    await page.getByRole("region", { name: "Trail" }).getByText("icu started").waitFor()

    await act(page, "Complete")
    await page.getByLabel("Result, as JSON").fill("bed 4")
    await confirm(page, "Complete")
    await page.getByRole("alert").getByText("The result is not JSON.").waitFor()
    await page.getByLabel("Result, as JSON").fill('{"bed":"ICU 4"}')
    await confirm(page, "Complete")
    await page.getByRole("region", { name: "Result" }).getByText("ICU 4").waitFor()
    await page.getByText("nobody's turn").waitFor()
    await page.getByText("It has ended: nothing can follow.").waitFor()
    expect(await offered()).toEqual([])
    expect((await names(page.getByRole("region", { name: "Trail" }).getByRole("listitem"))).length).toBe(4)
  })

  it("rejects and fails only with a reason", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "One" })
    await act(page, "Reject")
    await confirm(page, "Reject")
    expect(await page.getByLabel("Reason").evaluate((field: HTMLTextAreaElement) => field.validity.valueMissing)).toBe(
      true
    )
    await page.getByLabel("Reason").fill("No bed is free.")
    await confirm(page, "Reject")
    await page.getByRole("region", { name: "Response" }).getByText("Declined: No bed is free.").waitFor()

    await create(page, { from: "a", to: "b", task: "Two" })
    await act(page, "Accept")
    await confirm(page, "Accept")
    await act(page, "Fail")
    await page.getByLabel("Reason").fill("The trolley broke down.")
    await confirm(page, "Fail")
    await page.getByText("The trolley broke down.").first().waitFor()
    await page.getByText("It has ended").waitFor()
  })

  it("says kindly that somebody else was first, when two tabs act at once", async () => {
    await using visitor = await visit(browser, site)
    const sender = await visitor.tab()
    await sender.getByLabel("Act as").fill("er-desk")
    await create(sender, { from: "er-desk", to: "icu", task: "Take over Ms. R." })
    const receiver = await visitor.tab(new URL(sender.url()).hash)
    await receiver.getByLabel("Act as").fill("icu")
    await act(sender, "Cancel")
    await act(receiver, "Reject")
    await receiver.getByLabel("Reason").fill("No bed is free.")
    await Promise.all([confirm(sender, "Cancel"), confirm(receiver, "Reject")])

    const won = (page: Page) => moves(page).getByText(": done.")
    const lost = (page: Page) => moves(page).getByText(/somebody else was first/i)
    await Promise.all([sender, receiver].map((page) => won(page).or(lost(page)).first().waitFor()))
    const winners = await Promise.all([sender, receiver].map((page) => won(page).count()))
    expect(winners.reduce((sum, count) => sum + count)).toBe(1)
    for (const page of [sender, receiver]) {
      await page.getByRole("region", { name: "Trail" }).getByRole("listitem").nth(1).waitFor()
      expect(await page.getByRole("region", { name: "Trail" }).getByRole("listitem").count()).toBe(2)
    }
  })

  it("says that there is no such handoff", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab("#/handoff/nowhere")
    await page.getByRole("alert").getByText("No handoff nowhere").waitFor()
  })
})

describe("acting as an agent", () => {
  it("previews the routing and says why, and the router then chooses the same", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab()
    await goTo(page, "Agents")
    for (const [name, can] of [
      ["lab", "blood tests"],
      ["radiology", "imaging"]
    ] as const) {
      await page.getByLabel("Name").fill(name)
      await page.getByLabel("Capabilities, with commas between", { exact: true }).fill(can)
      await page.getByRole("button", { name: "Register", exact: true }).click()
      await page.getByText(`${name} is registered.`).waitFor()
    }
    await page.getByLabel("All of these capabilities").fill("imaging")
    await page.getByRole("button", { name: "Find" }).click()
    await page.getByText("The closest fit first: radiology.").waitFor()

    await goTo(page, "New handoff")
    await page.getByLabel("Sender").fill("er-desk")
    await page.getByLabel("Task").fill("Imaging of the chest")
    await page
      .getByRole("status", { name: "Routing preview" })
      .getByText(/radiology would get it: .*imaging/)
      .waitFor()
    await page.getByRole("button", { name: "Hand it over" }).click()
    await page.getByText("radiology's turn").waitFor()
    await goTo(page, "Agents")
    await page.getByRole("row", { name: "radiology imaging 1 0 0" }).waitFor()
  })

  it("gives the last handoff of an inbox to one of two tabs, and tells the other", async () => {
    await using visitor = await visit(browser, site)
    const one = await visitor.tab()
    await create(one, { from: "er-desk", to: "icu", task: "Take over Ms. R." })
    const two = await visitor.tab()
    for (const page of [one, two]) {
      await page.getByLabel("Act as").fill("icu")
      await goTo(page, "Inbox")
      await page.getByRole("list", { name: "Pending handoffs for icu" }).waitFor()
    }
    await Promise.all([one, two].map((page) => page.getByRole("button", { name: "Claim the most urgent" }).click()))
    const claimed = (page: Page) => page.getByText("icu has claimed Take over Ms. R.")
    const nothing = (page: Page) => page.getByText("Nothing waits for icu: somebody else may have been first.")
    await Promise.all([one, two].map((page) => claimed(page).or(nothing(page)).waitFor()))
    const winners = await Promise.all([one, two].map((page) => claimed(page).count()))
    expect(winners.reduce((sum, count) => sum + count)).toBe(1)
  })
})

describe("texts from agents", () => {
  it("are shown as text, whatever is in them", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab()
    const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`
    await create(page, {
      from: `<b>a</b>`,
      to: `"><i>b</i>`,
      task: hostile,
      context: JSON.stringify({ [hostile]: hostile })
    })
    await page.getByText(hostile).first().waitFor()
    await act(page, "Reject")
    await page.getByLabel("Reason").fill(hostile)
    await confirm(page, "Reject")
    await page.getByRole("region", { name: "Response" }).getByText(hostile).waitFor()
    await goTo(page, "Board")
    await lane(page, "Rejected").getByRole("link", { name: hostile }).waitFor()
    expect(await page.locator("main img, main script, main b, main i").count()).toBe(0)
    expect(await page.title()).toBe("Board · Handoffs")
    expect(visitor.complaints).toEqual([])
  })

  it("could not become markup if the page tried to, nor could a script inside the page run", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab()
    const attempts = await page.evaluate(() => {
      const attempt = (run: () => void): string => {
        try {
          run()
          return "done"
        } catch (error) {
          return error instanceof Error ? error.name : "thrown"
        }
      }
      const script = document.createElement("script")
      return [
        attempt(() => (document.body.innerHTML = "<p>markup</p>")),
        attempt(() => (script.text = "document.title = 'owned'")),
        attempt(() => document.body.setAttribute("onclick", "document.title = 'owned'"))
      ]
    })
    expect(attempts).toEqual(["TypeError", "TypeError", "TypeError"])
  })
})

describe("import and export", () => {
  it("takes in what it gives, in the seed's format, and reports on each record", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab()
    await create(page, { from: "er-desk", to: "icu", task: "Take over Ms. R.", context: '{"pulse":122}' })
    await goTo(page, "Import and export")
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export all" }).click()
    ])
    const text = readFileSync(await download.path(), "utf8")
    const [record] = JSON.parse(text)
    expect(record).toMatchObject({ status: "pending", request: { from_agent: "er-desk", context: { pulse: 122 } } })

    await using other = await visit(browser, site)
    const elsewhere = await other.tab("#/data")
    const file = JSON.stringify([record, { record_id: "broken", status: "sleeping" }])
    const give = () =>
      elsewhere
        .getByLabel("Choose a file")
        .setInputFiles({ name: "handoffs.json", mimeType: "application/json", buffer: Buffer.from(file) })
    await give()
    const reports = elsewhere.getByRole("region", { name: "What came of it" })
    await reports.getByText(`${record.record_id}: added`).waitFor()
    await reports.getByText(/broken: refused\. .*status/).waitFor()
    await give()
    await reports.getByText(`${record.record_id}: unchanged`).waitFor()
    await goTo(elsewhere, "Board")
    await lane(elsewhere, "Pending").getByRole("link", { name: "Take over Ms. R." }).waitFor()
  })

  it("takes a file that the Python library wrote, when it is dropped", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab("#/data")
    const python = join(import.meta.dirname, "../../../packages/store-file/test/fixtures/handoffs-python.json")
    const text = readFileSync(python, "utf8")
    const data = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([text], "handoffs.json", { type: "application/json" }))
      return transfer
    }, text)
    await page.getByRole("region", { name: "Import" }).dispatchEvent("drop", { dataTransfer: data })
    const count: number = JSON.parse(text).length
    await page.getByText(`${count} added`, { exact: true }).waitFor()
  })
})

describe("the other pages", () => {
  it("play the day to its end", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab("#/day")
    await page.getByLabel("Speed").selectOption("20")
    await page.getByRole("button", { name: "Play" }).click()
    await page.getByRole("button", { name: "Play again" }).waitFor()
    expect(await page.getByRole("log").innerText()).not.toContain("It came otherwise")
    for (const name of ["Completed", "Rejected", "Failed", "Cancelled", "Expired"]) {
      await lane(page, name).getByRole("link").first().waitFor()
    }
    await goTo(page, "Charts")
    await page.getByRole("figure", { name: "Throughput" }).locator("canvas").waitFor()
    await page.getByRole("row", { name: "Completed" }).getByText("5").waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it("run the laws on this browser, and all are kept", async () => {
    await using visitor = await visit(browser, site)
    const page = await visitor.tab("#/laws")
    await page.getByRole("button", { name: "Run the laws" }).click()
    const verdict = await page.getByText(/of \d+ laws are kept by this browser/).innerText()
    const [kept, of] = verdict.match(/\d+/g) ?? []
    expect(Number(kept)).toBeGreaterThan(40)
    expect(kept).toBe(of)
  })
})

const themes = { light: "light", dark: "dark" } as const

describe("everybody can use it", () => {
  for (const [name, options] of [
    ["light", { colorScheme: themes.light }],
    ["dark", { colorScheme: themes.dark }],
    ["at phone width", { colorScheme: themes.dark, viewport: { width: 360, height: 740 } }]
  ] as const) {
    it(`axe finds nothing on any page: ${name}`, async () => {
      await using visitor = await visit(browser, site, { ...options, bypassCSP: true, reducedMotion: "reduce" })
      const page = await visitor.tab()
      const judge = async (): Promise<void> => {
        await page.addScriptTag({ content: axe })
        const found = await page.evaluate(async () => {
          // The cast: the script tag has just put it there.
          const { axe } = globalThis as unknown as { readonly axe: typeof Axe }
          const { violations } = await axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
          })
          return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)
        })
        expect(found).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
      }
      await judge()
      await goTo(page, "ER to ICU")
      await page.getByLabel("Speed").selectOption("20")
      await page.getByRole("button", { name: "Play" }).click()
      await page.getByRole("button", { name: "Play again" }).waitFor()
      await judge()
      await create(page, { from: "er-desk", to: "icu-desk", task: "Take over Mr. K.", context: '{"a":{"b":[1,null]}}' })
      await act(page, "Reject")
      await judge()
      await page.getByLabel("Act as").fill("icu-desk")
      for (const name of ["Board", "Inbox", "New handoff", "Agents", "Charts", "Import and export", "Laws"]) {
        await goTo(page, name)
        await page.getByRole("heading", { level: 1 }).waitFor()
        await judge()
      }
    })
  }
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
