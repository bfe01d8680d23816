/** The built board in a real browser: leases, progress, questions, further attempts, and overdue events. */
import { describe, expect, it } from "vitest"

import { act, confirm, create, goTo, importRecords, lane, moves, names, recordOf } from "./people.ts"
import { useBoard } from "./site.ts"

const board = useBoard()

describe("custody", () => {
  it("shows a lease that counts down, and the progress", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "planner", to: "executor", task: "Read the scans" })
    const custody = page.getByRole("region", { name: "Custody" })
    await expect.poll(async () => custody.count()).toBe(0)
    await act(page, "Accept")
    await page.getByLabel("Lease in minutes").fill("10")
    await confirm(page, "Accept")
    await custody.getByText(/10 min, expires in (?:9 min|10 min)/).waitFor()
    await custody.getByText(/its lease runs out, and it waits for attempt 2 in (?:9 min|10 min)/).waitFor()

    await act(page, "Progress")
    await page.getByLabel("Note").fill("Page 4 of 5")
    await page.getByLabel("Percent done").fill("80")
    await confirm(page, "Progress")
    await custody.getByText("80 % Page 4 of 5").waitFor()
    await expect
      .poll(async () => custody.getByRole("progressbar", { name: "Progress" }).getAttribute("value"))
      .toBe("0.8")
    const steps = page.getByRole("region", { name: "Trail" }).getByRole("listitem")
    await steps.filter({ hasText: "executor reported progress" }).getByText("80 % Page 4 of 5").waitFor()

    await goTo(page, "Board")
    await page
      .getByRole("article")
      .filter({ hasText: "Read the scans" })
      .getByText(/Due in (?:9 min|10 min)/)
      .waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it("waits for the sender's answer in a separate lane, while the lease rests", async () => {
    await using visitor = await board.visit()
    const [page, watcher] = [await visitor.tab(), await visitor.tab()]
    await create(page, { from: "planner", to: "executor", task: "Read the scans" })
    await act(page, "Accept")
    await page.getByLabel("Lease in minutes").fill("10")
    await confirm(page, "Accept")
    await act(page, "Start")
    await act(page, "Ask")
    await page.getByLabel("Question").fill("May page 5 be left out?")
    await confirm(page, "Ask")
    await page.getByText("planner's turn").waitFor()
    const custody = page.getByRole("region", { name: "Custody" })
    await custody.getByText("May page 5 be left out?").waitFor()
    await custody.getByText("rests until the answer").waitFor()
    await lane(watcher, "Input required").getByRole("link", { name: "Read the scans" }).waitFor()
    await expect.poll(async () => watcher.getByRole("article").getByText("Due in").count()).toBe(0)

    await page.getByLabel("Act as").fill("planner")
    await expect.poll(() => names(moves(page).getByRole("button"))).toEqual(["Answer", "Attest", "Cancel"])
    await act(page, "Answer")
    await page.getByRole("textbox", { name: "Answer" }).fill("Yes, leave it out.")
    await confirm(page, "Answer")
    await custody.getByText("Yes, leave it out.").waitFor()
    await custody.getByText(/expires in/).waitFor()
    await lane(watcher, "In progress").getByRole("link", { name: "Read the scans" }).waitFor()
    await watcher.getByText("No handoffs waiting for an answer.").waitFor()
    const steps = page.getByRole("region", { name: "Trail" }).getByRole("listitem")
    await steps.filter({ hasText: "executor asked" }).getByText("May page 5 be left out?").waitFor()
    await steps.filter({ hasText: "planner answered" }).getByText("Yes, leave it out.").waitFor()
  })

  it("is released with a hand-back, until no attempt is left", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await goTo(page, "New handoff")
    await page.getByLabel("Sender").fill("planner")
    await page.getByLabel("Receiver").fill("executor")
    await page.getByLabel("Task").fill("Read the scans")
    await page.getByLabel("Attempts, 1 to 1000").fill("2")
    await page.getByLabel("Accept by").fill("2999-05-06T07:08")
    await page.getByRole("button", { name: "Create handoff" }).click()
    await page.getByText("attempt 1 of 2").waitFor()
    await page
      .getByRole("region", { name: "Request" })
      .getByText(/6 May 2999/)
      .waitFor()
    await act(page, "Accept")
    await confirm(page, "Accept")
    await act(page, "Release")
    await page.getByLabel("Reason").fill("The scanner is down")
    await page.getByLabel("Done, one per line").fill("Page 1\n\nPage 2\n")
    await page.getByLabel("Pitfalls, one per line").fill("Page 5 is blurred")
    await page.getByLabel("Not before").fill("2998-05-06T07:08")
    await confirm(page, "Release")
    await page.getByText("attempt 2 of 2").waitFor()
    const learnt = page.getByRole("region", { name: "From earlier attempts" })
    await expect
      .poll(() => names(learnt.getByRole("region", { name: "Done" }).getByRole("listitem")))
      .toEqual(["Page 1", "Page 2"])
    await expect
      .poll(() => names(learnt.getByRole("region", { name: "Pitfalls" }).getByRole("listitem")))
      .toEqual(["Page 5 is blurred"])
    await expect.poll(async () => learnt.getByRole("region", { name: "Remaining" }).count()).toBe(0)
    await page
      .getByRole("region", { name: "Custody" })
      .getByText(/6 May 2998/)
      .waitFor()
    await page
      .getByRole("region", { name: "Trail" })
      .getByText("The scanner is down · done: Page 1; Page 2 / pitfalls: Page 5 is blurred")
      .waitFor()
    await act(page, "Accept")
    await confirm(page, "Accept")
    await moves(page).getByRole("button", { name: "Start" }).waitFor()
    await expect
      .poll(() => names(moves(page).getByRole("button")))
      .toEqual(["Start", "Progress", "Complete", "Forward", "Delegate", "Attest", "Fail", "Cancel"])
  })

  it("refuses a late move of an ended attempt", async () => {
    await using visitor = await board.visit()
    const late = await visitor.tab()
    await create(late, { from: "planner", to: "executor", task: "Read the scans" })
    await act(late, "Accept")
    await confirm(late, "Accept")
    await moves(late).getByText("Accept: done.").waitFor()
    await act(late, "Complete")
    const other = await visitor.tab(new URL(late.url()).hash)
    await act(other, "Release")
    await confirm(other, "Release")
    await moves(other).getByText("Release: done.").waitFor()
    await act(other, "Accept")
    await confirm(other, "Accept")
    await late.getByText("attempt 2 of 3").waitFor()
    await confirm(late, "Complete")
    await late
      .getByRole("alert")
      .getByText(/Another agent or tab acted first\. .*is in attempt 2; `complete` names attempt 1, which is over/)
      .waitFor()
    await other.getByText("executor's turn").waitFor()
  })

  it("applies overdue events: an expired lease, and a missed time to accept", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const past = new Date(Date.now() - 90_000).toISOString()
    await importRecords(page, [
      {
        ...recordOf("lost", "Lost"),
        status: "accepted",
        response: { accepted: true, reason: "On it." },
        lease: { milliseconds: 60_000, until: past }
      },
      recordOf("unwanted", "Unwanted", { accept_by: past }),
      recordOf("calm", "Calm")
    ])
    await page.getByText("3 added", { exact: true }).waitFor()
    await goTo(page, "Board")
    await page.getByRole("button", { name: "Apply overdue events to 2 handoffs" }).waitFor()
    await lane(page, "Pending").getByRole("link", { name: "Calm" }).click()
    await moves(page).getByRole("button", { name: "Accept" }).waitFor()
    await expect.poll(async () => page.getByRole("button", { name: "Apply overdue events" }).count()).toBe(0)
    await goTo(page, "Board")
    await lane(page, "Accepted").getByRole("link", { name: "Lost" }).click()
    await page
      .getByRole("region", { name: "Custody" })
      .getByText(/expired 1 min .* ago/)
      .waitFor()
    await page.getByRole("button", { name: "Apply overdue events" }).click()
    await page.getByText("Overdue events applied to 2 handoffs.").waitFor()
    await page.getByText("attempt 2 of 3").waitFor()
    await page.getByRole("region", { name: "Trail" }).getByText("clock gave it back").waitFor()
    await goTo(page, "Board")
    await lane(page, "Expired").getByRole("link", { name: "Unwanted" }).click()
    await page.getByRole("region", { name: "Trail" }).getByText("not accepted in time").waitFor()
  })
})
