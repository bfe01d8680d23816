/** The built board in a real browser: lanes, the page of a handoff, and acting as an agent. */
import type { Page } from "playwright"
import { describe, expect, it } from "vitest"

import { act, confirm, create, goTo, importRecords, lane, moves, names, recordOf } from "./people.ts"
import { useBoard } from "./site.ts"

const board = useBoard()

describe("the board", () => {
  it("shows changes in every tab, sorted by urgency, and keeps them after a reload", async () => {
    await using visitor = await board.visit()
    const [desk, watcher] = [await visitor.tab(), await visitor.tab()]
    await watcher.getByText("There are no handoffs in this browser yet.").waitFor()

    await create(desk, { from: "er-desk", to: "icu", task: "Count the beds", priority: 3 })
    await create(desk, { from: "er-desk", to: "icu", task: "Take over Ms. R.", priority: 10 })
    await lane(watcher, "Pending").getByRole("link", { name: "Take over Ms. R." }).waitFor()
    await lane(watcher, "Pending").getByRole("link", { name: "Count the beds" }).waitFor()
    await expect
      .poll(() => names(lane(watcher, "Pending").getByRole("link")))
      .toEqual(["Take over Ms. R.", "Count the beds"])

    await act(desk, "Accept")
    await confirm(desk, "Accept")
    await lane(watcher, "Accepted").getByRole("link", { name: "Take over Ms. R." }).waitFor()
    await watcher.reload()
    await lane(watcher, "Accepted").getByRole("link", { name: "Take over Ms. R." }).waitFor()
    await expect.poll(() => names(lane(watcher, "Pending").getByRole("link"))).toEqual(["Count the beds"])
    expect(visitor.complaints).toEqual([])
  })

  it("marks a handoff that another program ended", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const request = { from_agent: "planner", to_agent: "executor", task_description: "Translate", priority: 5 }
    const [created_at, updated_at] = ["2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z"]
    await importRecords(page, [{ record_id: "elsewhere", request, status: "completed", created_at, updated_at }])
    await goTo(page, "Board")
    await lane(page, "Completed").getByText("by another program").waitFor()
    await lane(page, "Completed").getByRole("link", { name: "Translate" }).click()
    await page.getByText("ended by another program").waitFor()
  })

  it("searches by text and filters by agent", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "Count the beds", priority: 3 })
    await create(page, { from: "a", to: "c", task: "Take over Ms. R.", priority: 10 })
    await goTo(page, "Board")
    await page.getByLabel("Search").fill("BEDS")
    await lane(page, "Pending").getByRole("link", { name: "Take over" }).waitFor({ state: "detached" })
    await expect.poll(() => names(lane(page, "Pending").getByRole("link"))).toEqual(["Count the beds"])
    await page.getByLabel("Search").fill("")
    await page.getByLabel("Agent", { exact: true }).selectOption("c")
    await lane(page, "Pending").getByRole("link", { name: "Count the beds" }).waitFor({ state: "detached" })
    await expect.poll(() => names(lane(page, "Pending").getByRole("link"))).toEqual(["Take over Ms. R."])
  })

  it("finds words in task, context and names, regardless of case and encoding", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "é-desk", to: "b", task: "Prüfe ICU", context: '{"patient":{"name":"Müller"}}' })
    await create(page, { from: "a", to: "c", task: "Take over Ms. R." })
    await goTo(page, "Board")
    for (const words of ["müller PRÜFE", "e\u0301-desk", "ＩＣＵ"]) {
      await page.getByLabel("Search").fill(words)
      await lane(page, "Pending").getByRole("link", { name: "Take over" }).waitFor({ state: "detached" })
      await expect.poll(() => names(lane(page, "Pending").getByRole("link"))).toEqual(["Prüfe ICU"])
      await page.getByLabel("Search").fill("")
      await lane(page, "Pending").getByRole("link", { name: "Take over" }).waitFor()
    }
    await page.getByLabel("Search").fill("müller nowhere")
    await page.getByText("No handoff matches the filters.").waitFor()
    await page.getByRole("button", { name: "Show everything" }).click()
    await lane(page, "Pending").getByRole("link", { name: "Take over" }).waitFor()
  })

  it("marks overdue handoffs, shows when others are due, and applies overdue events", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const [past, soon] = [-90_000, 3_600_000].map((from) => new Date(Date.now() + from).toISOString())
    await importRecords(page, [
      recordOf("late", "Late", { deadline: past }),
      recordOf("early", "Early", { deadline: soon })
    ])
    await page.getByText("2 added", { exact: true }).waitFor()
    await goTo(page, "Board")
    const card = (task: string) => page.getByRole("article").filter({ hasText: task })
    await card("Late")
      .getByText(/Overdue by 1 min/)
      .waitFor()
    await card("Early")
      .getByText(/Due in 59 min/)
      .waitFor()
    await page.getByLabel("Overdue only").check()
    await card("Early").waitFor({ state: "detached" })
    await page.getByRole("button", { name: "Apply overdue events to 1 handoff" }).click()
    await page.getByText("Overdue events applied to 1 handoff.").waitFor()
    await page.getByRole("button", { name: "Show everything" }).click()
    await lane(page, "Expired").getByRole("link", { name: "Late" }).waitFor()
    await expect.poll(() => names(lane(page, "Pending").getByRole("link"))).toEqual(["Early"])
  })

  it("keeps the chosen theme", async () => {
    await using visitor = await board.visit({ colorScheme: "light" })
    const page = await visitor.tab()
    const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await back()
    await page.getByLabel("Theme").selectOption("Dark")
    const dark = await back()
    expect(dark).not.toBe(light)
    await page.reload()
    await page.getByRole("heading", { level: 1 }).waitFor()
    await expect.poll(async () => back()).toBe(dark)
    await page.getByLabel("Theme").selectOption("System")
    await expect.poll(async () => back()).toBe(light)
  })

  it("works with the keyboard alone", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const tabTo = async (name: string | RegExp): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press("Tab")
        const reached = await page.evaluate(() => {
          const { activeElement: at } = document
          const label = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at.labels?.[0] : at
          return label?.textContent?.trim() ?? ""
        })
        if (typeof name === "string" ? reached === name : name.test(reached)) return
      }
      throw new Error(`The keyboard does not reach ${name}`)
    }
    await tabTo("New handoff")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { name: "New handoff" }).waitFor()
    for (const [label, text] of [
      ["Sender", "er-desk"],
      ["Receiver", "icu"],
      ["Task", "Take over Ms. R."]
    ] as const) {
      await tabTo(label)
      await page.keyboard.type(text)
    }
    await tabTo("Create handoff")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { name: "Next moves" }).waitFor()
    await tabTo("Accept")
    await page.keyboard.press("Enter")
    await page.keyboard.type("Bed 4 is free.")
    await tabTo("Confirm: Accept")
    await page.keyboard.press("Enter")
    await page.getByRole("region", { name: "Response" }).getByText("Bed 4 is free.").waitFor()
  })

  it("moves between cards with the arrow keys, and focuses a new page", async () => {
    await using visitor = await board.visit()
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

describe("the page of a handoff", () => {
  it("offers the legal moves to the acting agent, from request to result", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "er-desk", to: "icu", task: "Take over Ms. R.", context: '{"vitals":{"pulse":122}}' })
    const offered = () => names(moves(page).getByRole("button"))
    await expect.poll(async () => offered()).toEqual(["Accept", "Reject", "Forward", "Cancel"])
    await page.getByText("icu's turn").waitFor()
    await expect
      .poll(async () => page.getByRole("region", { name: "Request" }).innerText())
      .toMatch(/vitals[^]*pulse\s+122/)

    await page.getByLabel("Act as").fill("er-desk")
    await expect.poll(async () => offered()).toEqual(["Cancel"])
    await page.getByLabel("Act as").fill("somebody")
    await expect.poll(async () => offered()).toEqual([])
    await page.getByLabel("Act as").fill("icu")
    await expect.poll(async () => offered()).toEqual(["Accept", "Reject", "Forward"])

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
    await page.getByText("It has ended; no further moves are possible.").waitFor()
    await expect.poll(async () => offered()).toEqual([])
    expect((await names(page.getByRole("region", { name: "Trail" }).getByRole("listitem"))).length).toBe(4)
  })

  it("shows the estimated completion", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "One" })
    await act(page, "Accept")
    await page.getByLabel("Estimated completion").fill("2999-05-06T07:08")
    await confirm(page, "Accept")
    await page
      .getByRole("region", { name: "Response" })
      .getByText(/expected by 6 May 2999/)
      .waitFor()
  })

  it("isolates a moment written from right to left from the text around it", async () => {
    await using visitor = await board.visit({ locale: "ar" })
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "One" })
    await act(page, "Accept")
    await confirm(page, "Accept")
    await page
      .getByRole("region", { name: "Trail" })
      .getByText(/\u2068.*\u2069, .* s later/)
      .waitFor()
  })

  it("creates a handoff with a parent and a custom id, and shows it with its parent", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "a", to: "b", task: "The whole" })
    const whole = page.url()
    await page.getByRole("link", { name: "Create with this parent" }).click()
    await page.getByLabel("Sender").fill("b")
    await page.getByLabel("Receiver").fill("c")
    await page.getByLabel("Task").fill("The part")
    await page.getByLabel("Custom id").fill("part-1")
    const parent = await page.getByLabel("Id of the parent").inputValue()
    await page.getByLabel("Id of the parent").fill("nowhere")
    await page.getByRole("button", { name: "Create handoff" }).click()
    await page.getByRole("alert").getByText("No handoff nowhere").waitFor()
    await page.getByLabel("Id of the parent").fill(parent)
    await page.getByRole("button", { name: "Create handoff" }).click()
    await page.getByRole("heading", { name: "The part" }).waitFor()
    expect(new URL(page.url()).hash).toBe("#/handoff/part-1")
    await page.getByRole("link", { name: parent }).click()
    await page.waitForURL(whole)
    await page.getByRole("region", { name: "Parts" }).getByRole("link", { name: "The part" }).waitFor()
  })

  it("requires a reason to reject or fail, and then reopens", async () => {
    await using visitor = await board.visit()
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
    await page.getByRole("region", { name: "Response" }).getByText("Failed: The trolley broke down.").waitFor()
    // A handoff that failed can be handed over again, once.
    const failed = page.url()
    await act(page, "Reopen")
    await confirm(page, "Reopen")
    await page.getByRole("link", { name: "The new handoff" }).click()
    await page.getByText("b's turn").first().waitFor()
    await page.goto(failed)
    await page.getByText("It was reopened.").waitFor()
  })

  it("tells the slower of two tabs that another acted first", async () => {
    await using visitor = await board.visit()
    const sender = await visitor.tab()
    await sender.getByLabel("Act as").fill("er-desk")
    await create(sender, { from: "er-desk", to: "icu", task: "Take over Ms. R." })
    const receiver = await visitor.tab(new URL(sender.url()).hash)
    await receiver.getByLabel("Act as").fill("icu")
    await act(sender, "Cancel")
    await act(receiver, "Reject")
    await receiver.getByLabel("Reason").fill("No bed is free.")
    // A tab that sees the other's move before its click has no button left, but a message.
    const quickly = (page: Page, name: string) =>
      moves(page)
        .getByRole("button", { name: `Confirm: ${name}` })
        .click({ timeout: 5000 })
        .catch(() => {})
    await Promise.all([quickly(sender, "Cancel"), quickly(receiver, "Reject")])

    const won = (page: Page) => moves(page).getByText(": done.")
    const lost = (page: Page) => moves(page).getByText(/another agent or tab acted first/i)
    await Promise.all([sender, receiver].map((page) => won(page).or(lost(page)).first().waitFor()))
    const winners = await Promise.all([sender, receiver].map((page) => won(page).count()))
    expect(winners.reduce((sum, count) => sum + count)).toBe(1)
    for (const page of [sender, receiver]) {
      await page.getByRole("region", { name: "Trail" }).getByRole("listitem").nth(1).waitFor()
      await expect.poll(async () => page.getByRole("region", { name: "Trail" }).getByRole("listitem").count()).toBe(2)
    }
  })

  it("reports an unknown handoff", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab("#/handoff/nowhere")
    await page.getByRole("alert").getByText("No handoff nowhere").waitFor()
  })
})

describe("acting as an agent", () => {
  it("previews the choice of the router with its reason, and the router agrees", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await goTo(page, "Agents")
    for (const [name, can] of [
      ["lab", "blood tests"],
      ["radiology", "imaging"]
    ] as const) {
      await page.getByLabel("Name").fill(name)
      await page.getByLabel("Capabilities, separated by commas", { exact: true }).fill(can)
      await page.getByRole("button", { name: "Register", exact: true }).click()
      await page.getByText(`${name} is registered.`).waitFor()
    }
    await page.getByLabel("Required capabilities").fill("imaging")
    await page.getByRole("button", { name: "Find" }).click()
    await page.getByText("Best match first: radiology.").waitFor()

    await goTo(page, "New handoff")
    await page.getByLabel("Sender").fill("er-desk")
    await page.getByLabel("Task").fill("Imaging of the chest")
    await page
      .getByRole("status", { name: "Routing preview" })
      .getByText(/radiology would get it: .*imaging/)
      .waitFor()
    await page.getByRole("button", { name: "Create handoff" }).click()
    await page.getByText("radiology's turn").waitFor()
    await goTo(page, "Agents")
    await page.getByRole("row", { name: "radiology imaging 0 0 0 1 0 1 unlimited never" }).waitFor()
  })

  it("shows the question in the inbox of the sender, with the form that answers it", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "er-desk", to: "icu", task: "Take over Ms. R." })
    for (const move of ["Accept", "Start", "Ask"]) {
      await act(page, move)
      if (move === "Ask") await page.getByLabel("Question").fill("Is Ms. R. allergic?")
      if (move !== "Start") await confirm(page, move)
      await page.getByText(`${move}: done.`).waitFor()
    }
    await page.getByLabel("Act as").fill("icu")
    await goTo(page, "Inbox")
    await page.getByRole("region", { name: "To work on, for icu" }).getByText("No handoffs.").waitFor()
    await page.getByLabel("Act as").fill("er-desk")
    const waiting = page.getByRole("list", { name: "To answer, for er-desk" })
    await waiting.getByText("Is Ms. R. allergic?").waitFor()
    await waiting.getByRole("link", { name: "Answer: Take over Ms. R." }).press("Enter")
    // The form has the focus.
    const answer = page.getByRole("textbox", { name: "Answer" })
    await answer.and(page.locator(":focus")).waitFor()
    await page.keyboard.type("To nothing we know of.")
    expect(await answer.inputValue()).toBe("To nothing we know of.")
    await confirm(page, "Answer")
    await page.getByText("Answer: done.").waitFor()
    await goTo(page, "Agents")
    await page.getByRole("row", { name: "icu not registered 0 0 0 0 1 1" }).waitFor()
    await goTo(page, "Inbox")
    await page.getByRole("region", { name: "To answer, for er-desk" }).getByText("No handoffs.").waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it("lets one of two tabs claim the last handoff of an inbox, and tells the other", async () => {
    await using visitor = await board.visit()
    const one = await visitor.tab()
    await create(one, { from: "er-desk", to: "icu", task: "Take over Ms. R." })
    const two = await visitor.tab()
    for (const page of [one, two]) {
      await page.getByLabel("Act as").fill("icu")
      await goTo(page, "Inbox")
      await page.getByRole("list", { name: "To accept, for icu" }).waitFor()
    }
    await Promise.all([one, two].map((page) => page.getByRole("button", { name: "Claim the most urgent" }).click()))
    const claimed = (page: Page) => page.getByText("icu has claimed Take over Ms. R.")
    const nothing = (page: Page) =>
      page.getByText("No handoff waits for icu; another agent or tab may have acted first.")
    await Promise.all([one, two].map((page) => claimed(page).or(nothing(page)).waitFor()))
    const winners = await Promise.all([one, two].map((page) => claimed(page).count()))
    expect(winners.reduce((sum, count) => sum + count)).toBe(1)
  })
})
