/** The built board in a real browser: the other pages, and texts that want to be more. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { act, confirm, create, goTo, importRecords, lane, recordOf } from "./people.ts"
import { useBoard } from "./site.ts"

const board = useBoard()

describe("texts from agents", () => {
  it("are shown as text, whatever is in them", async () => {
    await using visitor = await board.visit()
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
    await using visitor = await board.visit()
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
    await using visitor = await board.visit()
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

    await using other = await board.visit()
    const elsewhere = await other.tab()
    const give = () => importRecords(elsewhere, [record, { record_id: "broken", status: "sleeping" }])
    await give()
    const reports = elsewhere.getByRole("region", { name: "What came of it" })
    await reports.getByText(`${record.record_id}: added`).waitFor()
    await reports.getByText(/broken: refused\. .*status/).waitFor()
    await give()
    await reports.getByText(`${record.record_id}: unchanged`).waitFor()
    await goTo(elsewhere, "Board")
    await lane(elsewhere, "Pending").getByRole("link", { name: "Take over Ms. R." }).waitFor()
  })

  it("takes a file that the Python library wrote, when it is dropped on any page", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const python = join(import.meta.dirname, "../../../packages/store-file/test/fixtures/handoffs-python.json")
    const text = readFileSync(python, "utf8")
    const data = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([text], "handoffs.json", { type: "application/json" }))
      return transfer
    }, text)
    await page.getByRole("main").dispatchEvent("dragover", { dataTransfer: data })
    await page.getByText("Drop the file to import it.").waitFor()
    await page.getByRole("main").dispatchEvent("drop", { dataTransfer: data })
    await page.getByRole("heading", { name: "Import and export" }).waitFor()
    const count: number = JSON.parse(text).length
    await page.getByText(`${count} added`, { exact: true }).waitFor()
  })
})

describe("the other pages", () => {
  it("play the day to its end", async () => {
    await using visitor = await board.visit()
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
    await page.getByRole("row", { name: "Completed" }).getByRole("cell", { name: "5", exact: true }).waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it("draw how long answers took, of any time and of the last hour", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await importRecords(page, [recordOf("old", "An old one")])
    await page.getByText("1 added", { exact: true }).waitFor()
    await create(page, { from: "a", to: "b", task: "A new one" })
    await act(page, "Accept")
    await confirm(page, "Accept")
    await goTo(page, "Charts")
    const tile = (name: string) => page.getByRole("term").filter({ hasText: name }).locator("xpath=../dd")
    expect(await tile("Handoffs").innerText()).toBe("2")
    expect(await tile("Half were answered within").innerText()).toMatch(/^\d/)
    await page.getByLabel("Created in").selectOption("The last hour")
    await expect.poll(() => tile("Handoffs").innerText()).toBe("1")
    await page.getByText("As a table").first().click()
    await page.getByRole("columnheader", { name: "Ended" }).waitFor()
  })

  it("run the laws on this browser, and all are kept", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab("#/laws")
    await page.getByRole("button", { name: "Run the laws" }).click()
    const verdict = await page.getByText(/of \d+ laws are kept by this browser/).innerText()
    const [kept, of] = verdict.match(/\d+/g) ?? []
    expect(Number(kept)).toBeGreaterThan(40)
    expect(kept).toBe(of)
  })
})
