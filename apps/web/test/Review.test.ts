/** The built board in a real browser: delivered work is returned and approved. */
import { describe, it } from "vitest"

import { act, confirm, goTo, lane } from "./people.ts"
import { useBoard } from "./site.ts"

const board = useBoard()

describe("work that is reviewed", () => {
  it("is delivered, returned with what is missing, and approved", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await goTo(page, "New handoff")
    await page.getByLabel("Sender").fill("er")
    await page.getByLabel("Receiver").fill("icu")
    await page.getByLabel("Task").fill("Take over Ms. R.")
    await page.getByText("Review: approve the work").click()
    await page.getByLabel("Approve or return the work").check()
    await page.getByLabel("Hours for the review").fill("24")
    await page.getByRole("button", { name: "Create handoff" }).click()
    await page.getByText("by er within 1 d of each delivery, then silence approves").waitFor()
    await act(page, "Accept")
    await confirm(page, "Accept")
    await act(page, "Deliver")
    await confirm(page, "Deliver")
    await page.getByText("er's turn to approve or return the work").waitFor()
    await act(page, "Return")
    await page.getByLabel("What is missing").fill("The lactate.")
    await confirm(page, "Return")
    await page.getByText("The lactate.").first().waitFor()
    await act(page, "Deliver")
    await confirm(page, "Deliver")
    await act(page, "Approve")
    await confirm(page, "Approve")
    await page.getByText("It has ended; no further moves are possible.").waitFor()
    await goTo(page, "Board")
    await lane(page, "Completed").getByText("Take over Ms. R.").waitFor()
  })
})
