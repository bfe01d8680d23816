/** The built board in a real browser: briefings, read-backs, and their confirmation. */
import type { Locator, Page } from "playwright"
import { describe, expect, it } from "vitest"

import { act, confirm, goTo, importRecords, moves, names, recordOf } from "./people.ts"
import { useBoard } from "./site.ts"

const board = useBoard()

/** Creates a handoff with a briefing through the form. */
const brief = async (page: Page): Promise<void> => {
  await goTo(page, "New handoff")
  await page.getByLabel("Sender").fill("er")
  await page.getByLabel("Receiver").fill("icu")
  await page.getByLabel("Task").fill("Take over Ms. R.")
  await page.getByText("Briefing: what the receiver must know").click()
  await page.getByLabel("Severity").selectOption("Unstable: act now")
  await page.getByLabel("Summary").fill("Septic shock, 2 l of fluids so far.")
  await page.getByRole("button", { name: "Add an action" }).click()
  const first = page.getByRole("group", { name: "Action 1" })
  await first.getByLabel("What to do").fill("Noradrenaline")
  await first.getByLabel("Owner").fill("icu")
  await first.getByLabel("Due").fill("2999-05-06T07:08")
  await page.getByRole("button", { name: "Add an action" }).click()
  await page.getByRole("group", { name: "Action 2" }).getByLabel("What to do").fill("To be removed")
  await page.getByRole("button", { name: "Remove action 2" }).click()
  await page.getByLabel("Known, one per line").fill("Lactate 4.2\nCultures grow")
  await page.getByLabel("Open, one per line").fill("Where it comes from")
  await page.getByRole("button", { name: "Add a contingency" }).click()
  const contingency = page.getByRole("group", { name: "Contingency 1" })
  await contingency.getByLabel("If").fill("the lactate rises")
  await contingency.getByLabel("Then").fill("call the surgeon")
  await page.getByLabel("Require confirmation of the read-back").check()
  await page.getByRole("button", { name: "Create handoff" }).click()
  await page.getByRole("heading", { name: "Next moves" }).waitFor()
}

const item = (page: Page, name: string): Locator => moves(page).getByRole("group", { name })

describe("a briefing", () => {
  it("is read back item by item, and confirmed with a correction, before the start", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await brief(page)
    const briefing = page.getByRole("region", { name: "Briefing" })
    await briefing.getByText("Unstable: act now").waitFor()
    const parts = await briefing.innerText()
    const order = [
      "Unstable",
      "Septic shock",
      "Noradrenaline",
      "Lactate 4.2",
      "Where it comes from",
      "the lactate rises"
    ]
    expect(order.map((part) => parts.indexOf(part))).toEqual(
      order.map((part) => parts.indexOf(part)).toSorted((a, b) => a - b)
    )
    expect(parts).not.toContain("To be removed")
    await briefing.getByText(/by icu, due 6 May 2999/).waitFor()
    await briefing
      .getByText("The receiver must read it back before the start, and er must confirm the read-back.")
      .waitFor()

    await act(page, "Accept")
    await page.getByLabel("The briefing in your own words").fill("Shock; pressure first.")
    await item(page, "Noradrenaline").getByLabel("Answer").selectOption("Question")
    await item(page, "Noradrenaline").getByLabel("Note").fill("Which target?")
    await confirm(page, "Accept")
    await briefing.getByText("Shock; pressure first.").waitFor()
    await briefing.getByText("1 with a question, 1 missing").waitFor()
    await briefing.getByText("Which target?").waitFor()
    await briefing.getByText("Waiting for the receiver’s read-back.").waitFor()
    await page.getByText("icu's turn to read the briefing back").waitFor()
    await expect.poll(() => names(moves(page).getByRole("button"))).not.toContain("Start")

    await act(page, "Read back")
    await expect.poll(async () => item(page, "Noradrenaline").getByLabel("Answer").inputValue()).toBe("question")
    await item(page, "If the lactate rises, then call the surgeon").getByLabel("Answer").selectOption("Understood")
    await confirm(page, "Read back")
    await briefing.getByText("Waiting for er to confirm it.").waitFor()
    await page.getByText("er's turn to confirm the read-back").waitFor()
    await page.getByLabel("Act as").fill("er")
    await expect.poll(() => names(moves(page).getByRole("button"))).toEqual(["Confirm", "Attest", "Cancel"])
    await act(page, "Confirm")
    await page.getByLabel("Correction").fill("A mean of 65.")
    await confirm(page, "Confirm")
    await briefing.getByText("A mean of 65.").waitFor()

    await page.getByLabel("Act as").fill("icu")
    await act(page, "Start")
    await page.getByText("Start: done.").waitFor()
    await act(page, "Complete")
    await confirm(page, "Complete")
    await page.getByText("nobody's turn").waitFor()
    // The read-back is still shown after the end.
    await briefing.getByText("Which target?").waitFor()
    await briefing.getByText("A mean of 65.").waitFor()
    const trail = page.getByRole("region", { name: "Trail" })
    await trail.getByText("icu read the briefing back").waitFor()
    await trail
      .getByText(/read back: Shock; pressure first\. · understood: .+ · question: .+ \(Which target\?\)/)
      .waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it("is optional, but needs a severity", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await goTo(page, "New handoff")
    await page.getByLabel("Sender").fill("er")
    await page.getByLabel("Receiver").fill("icu")
    await page.getByLabel("Task").fill("Count the beds")
    await page.getByText("Briefing: what the receiver must know").click()
    await page.getByLabel("Summary").fill("There are ten.")
    await page.getByRole("button", { name: "Create handoff" }).click()
    await page.getByRole("alert").getByText("The briefing has no severity; choose one.").waitFor()
    await page.getByLabel("Summary").fill("")
    await page.getByRole("button", { name: "Create handoff" }).click()
    await act(page, "Accept")
    await expect.poll(async () => moves(page).getByLabel("The briefing in your own words").count()).toBe(0)
    await confirm(page, "Accept")
    await page.getByText("Accept: done.").waitFor()
    await expect.poll(() => names(moves(page).getByRole("button"))).not.toContain("Read back")
    await expect.poll(async () => page.getByRole("region", { name: "Briefing" }).count()).toBe(0)
  })

  it("is rendered as text, in either direction", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const hostile = `<img src=x onerror="document.title='owned'">`
    const request = {
      briefing: {
        severity: "watcher",
        summary: `${hostile} ملخص الحالة`,
        actions: [
          { id: "a", task: hostile, owner: "icu\u202E" },
          { id: "b", task: "血培養を二セット採る" }
        ],
        situation: { known: [hostile] },
        contingencies: [{ id: "c", if: "الضغط ينخفض", then: hostile }],
        read_back: { required: ["b"] }
      },
      deliverables: [{ name: "report\u200B" }]
    }
    await importRecords(page, [recordOf("one", "One", request)])
    await page.getByRole("region", { name: "Import report" }).getByRole("link", { name: "one" }).click()
    const briefing = page.getByRole("region", { name: "Briefing" })
    await briefing.getByText(hostile).first().waitFor()
    await briefing.getByText("by icu[U+202E]").waitFor()
    await page.getByText("report[U+200B]").waitFor()
    await act(page, "Accept")
    await expect.poll(() => names(moves(page).getByRole("group").locator("legend"))).toEqual(["血培養を二セット採る"])
    await moves(page).getByLabel("The briefing in your own words").fill(hostile)
    await moves(page).getByLabel("Answer").selectOption("Refused")
    await confirm(page, "Accept")
    await briefing.getByRole("region", { name: "Read-back" }).getByText(hostile).waitFor()
    await expect
      .poll(() => names(briefing.locator(".answered strong")))
      .toEqual(["Not required", "Refused", "Not required"])
    await expect.poll(async () => page.locator("main img").count()).toBe(0)
    await expect.poll(async () => page.title()).toBe("One · Handoffs")
  })
})
