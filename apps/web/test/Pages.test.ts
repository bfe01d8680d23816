/** The built board in a real browser: the other pages, and hostile texts. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { act, confirm, create, goTo, importRecords, lane, recordOf } from "./people.ts"
import { useBoard } from "./site.ts"

const board = useBoard()

describe("texts from agents", () => {
  it("are rendered as text", async () => {
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
    await expect.poll(async () => page.locator("main img, main script, main b, main i").count()).toBe(0)
    await expect.poll(async () => page.title()).toBe("Board · Handoffs")
    expect(visitor.complaints).toEqual([])
  })

  it("cannot imitate another name, nor hide or reverse the text beside them", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await importRecords(page, [
      recordOf("one", "One", { from_agent: "\u202Eksed-re", to_agent: "icu\u200B" }),
      recordOf("two", "Two", { from_agent: "icu ", to_agent: "👩‍⚕️" }),
      recordOf("\u2066unseen", "\u200B\u200B")
    ])
    await page.getByText("3 added", { exact: true }).waitFor()
    await goTo(page, "Board")
    await lane(page, "Pending").getByText("icu[U+200B]").waitFor()
    await lane(page, "Pending").getByText("icu[U+0020]").waitFor()
    await lane(page, "Pending").getByText("👩‍⚕️").waitFor()
    await lane(page, "Pending").getByRole("link", { name: "[U+200B][U+200B]" }).click()
    await page.getByText("[U+2066]unseen").waitFor()
    await goTo(page, "Board")
    await page.getByLabel("Agent", { exact: true }).selectOption({ label: "icu[U+0020]" })
    await lane(page, "Pending").getByRole("link", { name: "One" }).waitFor({ state: "detached" })
    await lane(page, "Pending").getByRole("link", { name: "Two" }).waitFor()
    await page.getByLabel("Agent", { exact: true }).selectOption({ label: "All agents" })
    await lane(page, "Pending").getByRole("link", { name: "One" }).click()
    await page.getByText("icu[U+200B]'s turn").waitFor()
    await page.getByRole("main").getByText("[U+202E]ksed-re").first().waitFor()
  })

  it("are shown in portions when a context has thousands of items", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key ${index}`, index]))
    await importRecords(page, [recordOf("many", "Many", { context: { many, few: { last: "seen" } } })])
    await page.getByRole("region", { name: "Import report" }).getByRole("link", { name: "many" }).click()
    const request = page.getByRole("region", { name: "Request" })
    await request.getByText("seen").waitFor()
    await expect.poll(async () => request.getByText("key 0", { exact: true }).count()).toBe(0)
    await request.getByText("many 10000").click()
    await request.getByText("key 99", { exact: true }).waitFor()
    await expect.poll(async () => request.getByRole("listitem").count()).toBeLessThan(200)
    await request.getByRole("button", { name: "Show 100 more of 10000" }).click()
    await request.getByText("key 199", { exact: true }).waitFor()
  })

  it("cannot become markup or inline script, even if the page tries", async () => {
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
  it("imports its own export, in the format of the seed, and reports on each record", async () => {
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
    const reports = elsewhere.getByRole("region", { name: "Import report" })
    await reports.getByText(`${record.record_id}: added`).waitFor()
    await reports.getByText(/broken: left out, because it does not hold\. It cannot be read: .*status/).waitFor()
    await give()
    await reports.getByText(`${record.record_id}: unchanged`).waitFor()
    await goTo(elsewhere, "Board")
    await lane(elsewhere, "Pending").getByRole("link", { name: "Take over Ms. R." }).waitFor()
  })

  it("imports a file of the Python library that is dropped on any page", async () => {
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

describe("import", () => {
  it("imports several files at once, and names those that it cannot read", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab("#/data")
    const file = (name: string, text: string) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) })
    await page
      .getByLabel("Choose a file")
      .setInputFiles([
        file("one.json", JSON.stringify([recordOf("one", "One")])),
        file("broken.json", "["),
        file("two.json", JSON.stringify([recordOf("two", "Two"), recordOf("two", "Two")]))
      ])
    await page.getByRole("alert").getByText("broken.json is not JSON.").waitFor()
    const reports = page.getByRole("region", { name: "Import report" })
    await reports.getByText("one: added").waitFor()
    await expect.poll(async () => reports.getByRole("listitem").count()).toBe(3)
  })
})

describe("the other pages", () => {
  it("show a handoff that another tab creates, on the page of its parent", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "The whole" })
    const other = await visitor.tab(new URL(page.url()).hash)
    await other.getByRole("link", { name: "Create with this parent" }).click()
    await other.getByLabel("Sender").fill("b")
    await other.getByLabel("Receiver").fill("c")
    await other.getByLabel("Task").fill("The part")
    await other.getByRole("button", { name: "Create handoff" }).click()
    const parts = page.getByRole("region", { name: "Parts" })
    await parts.getByRole("link", { name: "The part" }).waitFor()
    await act(other, "Accept")
    await confirm(other, "Accept")
    await parts.getByText("Accepted").waitFor()
  })

  it("continue the day when one of its handoffs could not be created", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab("#/day")
    await page.getByRole("button", { name: "Next step" }).click()
    await page.getByText("The shift begins.").waitFor()
    // The store fails during one step.
    await page.evaluate(() => {
      const add = Reflect.get(IDBDatabase.prototype, "transaction")
      Object.assign(globalThis, { mend: () => Reflect.set(IDBDatabase.prototype, "transaction", add) })
      Reflect.set(IDBDatabase.prototype, "transaction", () => {
        throw new DOMException("The disk is broken", "UnknownError")
      })
    })
    await page.getByRole("button", { name: "Next step" }).click()
    await page.getByText(/Ms\. R\., 67.* This step failed: /).waitFor()
    await page.evaluate("mend()")
    await page.getByRole("button", { name: "Next step" }).click()
    await page.getByText(/The physician accepts.* This step failed: /).waitFor()
    await page.getByRole("button", { name: "Next step" }).click()
    await page.getByRole("log").getByRole("listitem").nth(3).waitFor()
  })

  it("play the day to its end", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab("#/day")
    await page.getByLabel("Speed").selectOption("20")
    await page.getByRole("button", { name: "Play" }).click()
    await page.getByRole("button", { name: "Play again" }).waitFor()
    await expect.poll(async () => page.getByRole("log").innerText()).not.toContain("This step failed")
    for (const name of ["Completed", "Rejected", "Failed", "Cancelled", "Expired"]) {
      await lane(page, name).getByRole("link").first().waitFor()
    }
    await goTo(page, "Charts")
    await page.getByRole("figure", { name: "Throughput" }).locator("canvas").waitFor()
    await page.getByRole("row", { name: "Completed" }).getByRole("cell", { name: "5", exact: true }).waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it("draw the time to answer, over all time and the last hour", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await importRecords(page, [recordOf("old", "An old one")])
    await page.getByText("1 added", { exact: true }).waitFor()
    await create(page, { from: "a", to: "b", task: "A new one" })
    await act(page, "Accept")
    await confirm(page, "Accept")
    await goTo(page, "Charts")
    const tile = (name: string) => page.getByRole("term").filter({ hasText: name }).locator("xpath=../dd")
    await expect.poll(async () => tile("Handoffs").innerText()).toBe("2")
    await expect.poll(async () => tile("Median time to answer").innerText()).toMatch(/^\d/)
    await page.getByLabel("Created in").selectOption("The last hour")
    await expect.poll(() => tile("Handoffs").innerText()).toBe("1")
    await page.getByText("As a table").first().click()
    await page.getByRole("columnheader", { name: "Ended" }).waitFor()
  })

  it("run the laws on this browser, which keeps all of them", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab("#/laws")
    await page.getByRole("button", { name: "Run the laws" }).click()
    const verdict = await page.getByText(/of \d+ laws are kept by this browser/).innerText()
    expect(await page.locator(".problem").allInnerTexts()).toEqual([])
    const [kept, of] = verdict.match(/\d+/g) ?? []
    expect(Number(kept)).toBeGreaterThan(40)
    expect(kept).toBe(of)
  })

  it("run the laws in two tabs at once, and both keep all of them", async () => {
    await using visitor = await board.visit()
    const tabs = [await visitor.tab("#/laws"), await visitor.tab("#/laws")]
    for (const tab of tabs) await tab.getByRole("button", { name: "Run the laws" }).click()
    for (const tab of tabs) {
      const verdict = await tab.getByText(/of \d+ laws are kept by this browser/).innerText()
      const [kept, of] = verdict.match(/\d+/g) ?? []
      expect(kept).toBe(of)
    }
  })
})

describe("what is being written", () => {
  it("is there after a reload and on the way back from another page, until it is sent or cleared", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const write = async (task: string) => {
      await page.getByLabel("Sender").fill("planner")
      await page.getByLabel("Receiver").fill("executor")
      await page.getByLabel("Task").fill(task)
    }
    const task = async () => page.getByLabel("Task").inputValue()
    await goTo(page, "New handoff")
    await write("Half a sentence")
    await page.reload()
    await expect.poll(task).toBe("Half a sentence")
    await goTo(page, "Agents")
    await goTo(page, "New handoff")
    await expect.poll(task).toBe("Half a sentence")
    await page.getByRole("button", { name: "Clear the form" }).click()
    await expect.poll(task).toBe("")
    await create(page, { from: "planner", to: "executor", task: "A whole sentence" })

    await act(page, "Reject")
    await page.getByLabel("Reason").fill("Half a reason")
    await page.reload()
    await act(page, "Reject")
    expect(await page.getByLabel("Reason").inputValue()).toBe("Half a reason")
    await confirm(page, "Reject")
    await page.getByRole("region", { name: "Response" }).getByText("Half a reason").waitFor()
    await goTo(page, "New handoff")
    await expect.poll(task).toBe("")
  })
})

describe("an imported file", () => {
  it("is refused if it is not UTF-8", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await goTo(page, "Import and export")
    await page.getByLabel("Choose a file").setInputFiles({
      name: "latin.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify([recordOf("one", "Zürich")]), "latin1")
    })
    await page.getByText("latin.json is not UTF-8").waitFor()
    await goTo(page, "Board")
    await expect.poll(async () => page.getByRole("link", { name: "Z" }).count()).toBe(0)
  })
})
