/** The built board in a real browser: deliverables, evidence, and verification. */
import { readFileSync } from "node:fs"

import type { Page } from "playwright"
import { describe, expect, it } from "vitest"

import { act, confirm, create, goTo, importRecords, moves, names, recordOf } from "./people.ts"
import { useBoard } from "./site.ts"

const board = useBoard()

const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true })

/** Changes the first entry of the log in the database, as an attacker with access to it would. */
const forge = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("board")
        opening.addEventListener("success", () => {
          const transaction = opening.result.transaction("log", "readwrite")
          const cursor = transaction.objectStore("log").openCursor()
          cursor.addEventListener("success", () => {
            // The first entry, because the second contains its digest.
            const value = cursor.result?.value
            cursor.result?.update({ ...value, event: value.event.replace("Write the report", "Write the novel") })
          })
          transaction.addEventListener("complete", () => {
            opening.result.close()
            resolve()
          })
          transaction.addEventListener("error", () => reject(transaction.error))
        })
      })
  )

describe("proof", () => {
  it("demands deliverables, checks them, and shows them with their evidence", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await goTo(page, "New handoff")
    await page.getByLabel("Sender").fill("planner")
    await page.getByLabel("Receiver").fill("executor")
    await page.getByLabel("Task").fill("Write the report")
    await page.getByText("Deliverables: what the receiver must deliver").click()
    await page.getByRole("button", { name: "Add a deliverable" }).click()
    await page.getByLabel("Name").fill("numbers")
    await page.getByLabel("JSON Schema").fill('{"type":"object","required":["total"]}')
    await page.getByRole("button", { name: "Add a deliverable" }).click()
    const second = page.getByRole("group", { name: "Deliverable 2" })
    await second.getByLabel("Name").fill("note")
    await second.getByLabel("Media type").fill("text/plain")
    await page.getByRole("button", { name: "Create handoff" }).click()
    await expect.poll(() => names(region(page, "Deliverables").locator(".status"))).toEqual(["Awaited", "Awaited"])
    await act(page, "Accept")
    await confirm(page, "Accept")
    await page.getByText("Accept: done.").waitFor()

    await page.getByLabel("Act as").fill("executor")
    await expect.poll(() => names(moves(page).getByRole("button"))).not.toContain("Attest")
    await page.getByLabel("Act as").fill("auditor")
    await expect.poll(() => names(moves(page).getByRole("button"))).toEqual(["Attest"])
    await act(page, "Attest")
    await page.getByLabel("What you checked").fill("The totals agree with the ledger.")
    await page.getByLabel("Deliverable (optional)").selectOption("numbers")
    await confirm(page, "Attest")
    await region(page, "Evidence").getByText("The totals agree with the ledger.").waitFor()
    await region(page, "Evidence")
      .getByText(/numbers, checked by auditor/)
      .waitFor()

    await page.getByLabel("Act as").fill("executor")
    await act(page, "Complete")
    await page.getByLabel("numbers, as JSON").fill('{"sum":1}')
    await confirm(page, "Complete")
    await page
      .getByRole("alert")
      .getByText(/is not done: note: Expected an artifact of this name/)
      .waitFor()
    await page.getByLabel("note, as text/plain").fill("All is well. 万事如意")
    await confirm(page, "Complete")
    await page
      .getByRole("alert")
      .getByText(/is not done: numbers: .*total/)
      .waitFor()
    await page.getByLabel("numbers, as JSON").fill('{"total":42}')
    await page.getByLabel("Evidence (optional)").fill("Summed twice")
    await page.getByLabel("Grade of the evidence").selectOption("Observed: I saw it myself")
    await confirm(page, "Complete")
    await page.getByText("nobody's turn").waitFor()

    await expect.poll(() => names(region(page, "Deliverables").locator(".status"))).toEqual(["Delivered", "Delivered"])
    await expect.poll(() => names(region(page, "Evidence").locator(".status"))).toEqual(["Verified", "Observed"])
    await region(page, "Artifacts").getByText("numbers by value").click()
    await region(page, "Artifacts").getByText("42").waitFor()
    await region(page, "Artifacts").getByText("note by value, text/plain").click()
    await region(page, "Artifacts").getByText("All is well. 万事如意").waitFor()
    await region(page, "Trail").getByText("artifacts: numbers, note").waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it("judges a schema that would never end beside the page, under its Content Security Policy", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const deliverables = [{ name: "sums", schema: { pattern: "^(.|.)*~~$" } }]
    await importRecords(page, [recordOf("bomb", "Add up Q3", { deliverables })])
    await page.getByRole("link", { name: "bomb" }).click()
    await act(page, "Accept")
    await confirm(page, "Accept")
    await page.getByText("Accept: done.").waitFor()
    await act(page, "Complete")
    await page.getByLabel("sums, as JSON").fill('"An ordinary sentence about the third quarter."')
    await confirm(page, "Complete")
    await page
      .getByRole("alert")
      .getByText(/sums: Expected content that can be judged by its schema; it was not judged within 500 ms/)
      .waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it("shows an artifact by reference without a link", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const reference = {
      name: "scan",
      media_type: "application/pdf",
      uri: "javascript:document.title='owned'",
      digest: "a".repeat(64),
      size: 48_213
    }
    const long = { name: "long", content: `${"x".repeat(5000)}end` }
    await importRecords(page, [
      {
        ...recordOf("one", "One"),
        status: "completed",
        response: { accepted: true, reason: "" },
        result: {},
        artifacts: [reference, long]
      }
    ])
    await region(page, "Import report").getByRole("link", { name: "one" }).click()
    const artifacts = region(page, "Artifacts")
    await artifacts.getByText("scan by reference, application/pdf, claimed, not checked").click()
    await artifacts.getByText("48,213 bytes").waitFor()
    await artifacts.getByText("a".repeat(64)).waitFor()
    await artifacts.getByText("javascript:document.title").waitFor()
    await expect.poll(async () => artifacts.getByRole("link").count()).toBe(0)
    await artifacts.getByText("long by value").click()
    await artifacts.getByRole("button", { name: "Show all 5,003 characters" }).click()
    await artifacts.getByText(/xend$/).waitFor()
  })

  it("asks for the witness if the tab acts as no agent", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "planner", to: "executor", task: "Write the report" })
    await act(page, "Accept")
    await confirm(page, "Accept")
    await act(page, "Attest")
    await page.getByLabel("Witness").fill("executor")
    await page.getByLabel("What you checked").fill("All of it.")
    await confirm(page, "Attest")
    await page
      .getByRole("alert")
      .getByText(/executor is the receiver of handoff/)
      .waitFor()
    await page.getByLabel("Witness").fill("auditor")
    await confirm(page, "Attest")
    await region(page, "Trail").getByText("auditor verified the work").waitFor()
  })

  it("verifies one handoff and all of them, and names the changed entry", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "planner", to: "executor", task: "Write the report" })
    await act(page, "Accept")
    await confirm(page, "Accept")
    await page.getByText("Accept: done.").waitFor()
    const digest = region(page, "Digest")
    await expect.poll(async () => digest.locator("code").innerText()).toMatch(/^[0-9a-f]{64}$/)
    await digest.getByRole("button", { name: "Verify" }).click()
    await digest
      .getByRole("status")
      .getByText("No problems found: 2 entries: 2 by agents without a key. But none is signed")
      .waitFor()
    await goTo(page, "Import and export")
    await page.getByRole("button", { name: "Verify everything" }).click()
    await page
      .getByText("No problems found: 1 handoff with 2 entries: 2 by agents without a key. But none is signed")
      .waitFor()

    await forge(page)
    await page.getByRole("button", { name: "Verify everything" }).click()
    await page.getByRole("alert").getByText("Problems found in").waitFor()
    const flaw = region(page, "Verify")
      .getByRole("listitem")
      .filter({ has: page.getByRole("link") })
    await flaw.getByText(/revision \d/).waitFor()
    await flaw.getByRole("link").click()
    await digest.getByRole("button", { name: "Verify" }).click()
    await digest
      .getByRole("alert")
      .getByText(/Revision \d is broken:/)
      .waitFor()
  })

  it("rejects a file whose history was changed after it was written", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "planner", to: "executor", task: "Write the report" })
    await act(page, "Accept")
    await confirm(page, "Accept")
    await page.getByText("Accept: done.").waitFor()
    await goTo(page, "Import and export")
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export all" }).click()
    ])
    const text = readFileSync(await download.path(), "utf8").replaceAll("Write the report", "Write the novel")
    await using other = await board.visit()
    const elsewhere = await other.tab()
    await importRecords(elsewhere, JSON.parse(text))
    await region(elsewhere, "Import report")
      .getByText("left out, because it does not hold. Entry 2 does not hold the digest of the one before it")
      .waitFor()
  })
})
