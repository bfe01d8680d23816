/** The built board in a real browser: forwarding, re-routing, and the parts of a handoff. */
import type { Page } from "playwright"
import { describe, expect, it } from "vitest"

import { act, confirm, create, goTo, importRecords, lane, moves, names, recordOf, register } from "./people.ts"
import { useBoard } from "./site.ts"

const board = useBoard()

const trail = (page: Page) => page.getByRole("region", { name: "Trail" })

describe("forwarding", () => {
  it("moves the handoff to the inbox of the named agent, and shows the path", async () => {
    await using visitor = await board.visit()
    const [page, watcher] = [await visitor.tab(), await visitor.tab()]
    await create(page, { from: "planner", to: "executor", task: "Read the scans" })
    await act(page, "Accept")
    await confirm(page, "Accept")
    await lane(watcher, "Accepted").getByRole("link", { name: "Read the scans" }).waitFor()
    await act(page, "Forward")
    await page.getByLabel("Receiver").fill("analyst")
    await page.getByLabel("Reason").fill("This is a question of statistics.")
    await confirm(page, "Forward")
    await page.getByText("Forward: done. The handoff now waits for analyst.").waitFor()
    await page.getByText("analyst's turn").waitFor()
    await page.getByText("attempt 2, 1 of 3 for analyst").waitFor()
    await expect
      .poll(async () => page.locator(".custody .parties").innerText())
      .toMatch(/planner[^]*executor[^]*analyst/)
    await trail(page).getByText("to analyst · This is a question of statistics.").waitFor()

    const card = lane(watcher, "Pending").getByRole("article")
    await card.getByText("analyst").waitFor()
    await watcher.getByLabel("Act as").fill("analyst")
    await goTo(watcher, "Inbox")
    await watcher
      .getByRole("list", { name: "Pending handoffs for analyst" })
      .getByRole("link", { name: "Read the scans" })
      .waitFor()
    await watcher.getByLabel("Act as").fill("executor")
    await watcher.getByRole("region", { name: "Pending for executor" }).getByText("No handoffs.").waitFor()
    await goTo(watcher, "Board")
    await watcher.getByLabel("Search").fill("analyst")
    await lane(watcher, "Pending").getByRole("link", { name: "Read the scans" }).waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it("lets the router choose among the agents that have not had it, and refuses the others", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    for (const name of ["radiology", "mobile"]) await register(page, name, "imaging")
    await goTo(page, "New handoff")
    await page.getByLabel("Sender").fill("er-desk")
    await page.getByLabel("Receiver").fill("radiology")
    await page.getByLabel("Task").fill("Imaging of the chest")
    await page.getByText("Forwarding and re-routing").click()
    await page.getByLabel("Hops, 0 to").fill("1")
    await page.getByRole("button", { name: "Create handoff" }).click()
    await act(page, "Forward")
    await page.getByLabel("Receiver").fill("er-desk")
    await confirm(page, "Forward")
    await page
      .getByRole("alert")
      .getByText(/er-desk has had handoff .* before .*; `forward` it to another agent\./)
      .waitFor()
    await page.getByLabel("Receiver").fill("")
    await confirm(page, "Forward")
    await page.getByText("mobile's turn").waitFor()
    await trail(page).getByText("routed: mobile").waitFor()
    await expect.poll(() => names(moves(page).getByRole("button"))).toEqual(["Accept", "Reject", "Cancel"])
  })

  it("re-routes a declined handoff to the next capable agent, and says where", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    for (const name of ["radiology", "mobile"]) await register(page, name, "imaging")
    await goTo(page, "New handoff")
    await page.getByLabel("Sender").fill("er-desk")
    await page.getByLabel("Receiver").fill("radiology")
    await page.getByLabel("Task").fill("Imaging of the chest")
    await page.getByText("Forwarding and re-routing").click()
    await page.getByLabel("Re-route to the next capable agent").check()
    await page.getByRole("button", { name: "Create handoff" }).click()
    await act(page, "Reject")
    await page.getByLabel("Reason").fill("The scanner is down.")
    await confirm(page, "Reject")
    await page.getByText("Reject: done. The handoff now waits for mobile.").waitFor()
    await trail(page).getByText("to mobile because it was declined · The scanner is down.").waitFor()
    await goTo(page, "Board")
    await lane(page, "Pending").getByRole("article").getByText("mobile").waitFor()
  })
})

describe("parts", () => {
  it("are delegated, block completion while open, and show the whole tree", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "planner", to: "executor", task: "Write the report" })
    await act(page, "Accept")
    await confirm(page, "Accept")
    await act(page, "Delegate")
    await page.getByLabel("Receiver").fill("artist")
    await page.getByLabel("Task of the part").fill("Draw the charts")
    await confirm(page, "Delegate")
    await moves(page).getByText("Delegate: done.").waitFor()
    await trail(page).getByText("executor delegated a part").waitFor()

    const whole = page.getByRole("region", { name: "Parts" })
    await whole.getByRole("link", { name: "Draw the charts" }).waitFor()
    await expect.poll(async () => whole.locator("[aria-current]").innerText()).toBe("Write the report")
    await act(page, "Complete")
    await confirm(page, "Complete")
    await page
      .getByRole("alert")
      .getByText(/has parts that are open: .*complete it without them\./)
      .waitFor()

    await moves(page)
      .getByRole("link", { name: "The part" })
      .or(whole.getByRole("link", { name: "Draw the charts" }))
      .first()
      .click()
    await page.getByRole("heading", { name: "Draw the charts" }).waitFor()
    await page.getByText("artist's turn").waitFor()
    await expect.poll(async () => whole.locator("[aria-current]").innerText()).toBe("Draw the charts")
    await whole.getByRole("link", { name: "Write the report" }).click()
    await page.getByRole("heading", { name: "Write the report" }).waitFor()

    await act(page, "Complete")
    await page.getByLabel("Complete it although parts are open").check()
    await confirm(page, "Complete")
    await page.getByText("nobody's turn").waitFor()
    await trail(page).getByText("leaves its open parts").waitFor()
    await whole.getByText("Pending").waitFor()
  })

  it("are cancelled along with their parent", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "planner", to: "executor", task: "Write the report" })
    await act(page, "Accept")
    await confirm(page, "Accept")
    await act(page, "Delegate")
    await page.getByLabel("Receiver").fill("artist")
    await page.getByLabel("Task of the part").fill("Draw the charts")
    await confirm(page, "Delegate")
    await moves(page).getByText("Delegate: done.").waitFor()
    await act(page, "Cancel")
    await confirm(page, "Cancel")
    const whole = page.getByRole("region", { name: "Parts" })
    await expect.poll(() => names(whole.locator(".status"))).toEqual(["Cancelled", "Cancelled"])
    await whole.getByRole("link", { name: "Draw the charts" }).click()
    await trail(page)
      .getByText(/along with/)
      .waitFor()
    await goTo(page, "Board")
    await expect.poll(() => names(lane(page, "Cancelled").getByRole("link"))).toHaveLength(2)
  })

  it("may form a cycle in an imported file, and may be many", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await importRecords(page, [
      recordOf("one", "One", { parent: "two" }),
      recordOf("two", "Two", { parent: "one" }),
      recordOf("own", "Own", { parent: "own" }),
      recordOf("top", "Top"),
      ...Array.from({ length: 300 }, (_, index) => recordOf(`part-${index}`, `Part ${index}`, { parent: "top" }))
    ])
    await page.getByText("304 added", { exact: true }).waitFor()
    const whole = page.getByRole("region", { name: "Parts" })
    await page.goto(`${board.url()}#/handoff/one`)
    await whole.getByRole("link", { name: "Two" }).waitFor()
    await page.goto(`${board.url()}#/handoff/own`)
    await whole.getByText("No parts have been delegated.").waitFor()
    await page.goto(`${board.url()}#/handoff/top`)
    await whole.getByText("… and 100 more.").waitFor()
    await page.goto(`${board.url()}#/handoff/part-299`)
    await expect.poll(() => names(whole.locator("[aria-current]"))).toEqual(["Part 299"])
  })
})
