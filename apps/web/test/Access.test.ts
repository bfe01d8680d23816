/** The built board in a real browser: accessibility of every page, by axe and by keyboard. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"

import type * as Axe from "axe-core"
import type { Locator } from "playwright"
import { describe, expect, it } from "vitest"

import { act, confirm, create, goTo, importRecords, lane, moves, recordOf } from "./people.ts"
import { useBoard } from "./site.ts"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

const themes = { light: "light", dark: "dark" } as const

const board = useBoard()

describe("accessibility", () => {
  for (const [name, options] of [
    ["light", { colorScheme: themes.light }],
    ["dark", { colorScheme: themes.dark }],
    ["at phone width", { colorScheme: themes.dark, viewport: { width: 360, height: 740 } }]
  ] as const) {
    it(`passes axe on every page: ${name}`, async () => {
      await using visitor = await board.visit({ ...options, bypassCSP: true, reducedMotion: "reduce" })
      await visitor.context.addInitScript(axe)
      const page = await visitor.tab()
      const judge = async (): Promise<void> => {
        const found = await page.evaluate(async () => {
          // The cast: the init script defines it.
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
      // A briefing with its read-back, deliverables, evidence, and the tree of parts.
      await page.getByRole("link", { name: "Open the handoff of 07:45" }).click()
      await page.getByRole("region", { name: "Evidence" }).waitFor()
      await page.getByText("admission by value").click()
      await page.getByRole("button", { name: "Verify" }).click()
      await page.getByText("No problems found").waitFor()
      await judge()
      await goTo(page, "ER to ICU")
      await page.getByRole("link", { name: "Open the handoff of 07:17" }).click()
      await page.getByText("formerly cardiology").waitFor()
      await judge()
      await goTo(page, "New handoff")
      await page.getByLabel("Sender").fill("er-desk")
      await page.getByLabel("Receiver").fill("icu-desk")
      await page.getByLabel("Task").fill("Take over Ms. T.")
      await page.getByText("Briefing: what the receiver must know").click()
      await page.getByText("Deliverables: what the receiver must deliver").click()
      await page.getByText("Forwarding and re-routing").click()
      await page.getByLabel("Severity").selectOption("Stable")
      for (const name of ["an action", "a contingency", "a deliverable"])
        await page.getByRole("button", { name: `Add ${name}` }).click()
      for (const name of ["What to do", "If", "Then", "Name"]) await page.getByLabel(name, { exact: true }).fill(name)
      await page.getByLabel("Require confirmation of the read-back").check()
      await judge()
      await page.getByRole("button", { name: "Create handoff" }).click()
      await act(page, "Accept")
      await page.getByLabel("The briefing in your own words").fill("She is stable.")
      await judge()
      await confirm(page, "Accept")
      await page.getByText("Waiting for the receiver’s read-back.").waitFor()
      for (const name of ["Forward", "Delegate", "Attest"]) {
        await act(page, name)
        await moves(page)
          .getByRole("button", { name: `Confirm: ${name}` })
          .waitFor()
        await judge()
      }
      // The form of `complete`, with a field for each deliverable.
      await goTo(page, "New handoff")
      await page.getByLabel("Sender").fill("er-desk")
      await page.getByLabel("Receiver").fill("icu-desk")
      await page.getByLabel("Task").fill("Report on Ms. T.")
      await page.getByText("Deliverables: what the receiver must deliver").click()
      await page.getByRole("button", { name: "Add a deliverable" }).click()
      await page.getByLabel("Name").fill("report")
      await page.getByRole("button", { name: "Create handoff" }).click()
      await act(page, "Accept")
      await confirm(page, "Accept")
      await act(page, "Complete")
      await moves(page).getByRole("button", { name: "Confirm: Complete" }).waitFor()
      await judge()
      await create(page, { from: "er-desk", to: "icu-desk", task: "Take over Mr. K.", context: '{"a":{"b":[1,null]}}' })
      await act(page, "Reject")
      await judge()
      // The lease, progress and hand-back of a held handoff.
      await act(page, "Accept")
      await page.getByLabel("Lease in minutes").fill("10")
      await confirm(page, "Accept")
      await act(page, "Progress")
      await page.getByLabel("Percent done").fill("80")
      await confirm(page, "Progress")
      await page.getByRole("progressbar", { name: "Progress" }).waitFor()
      await act(page, "Release")
      await page.getByLabel("Done, one per line").fill("Page 1")
      await judge()
      await confirm(page, "Release")
      await page.getByRole("region", { name: "From earlier attempts" }).waitFor()
      await judge()
      await page.getByLabel("Act as").fill("icu-desk")
      for (const name of ["Board", "Inbox", "New handoff", "Agents", "Charts", "Import and export", "Laws"]) {
        await goTo(page, name)
        await page.getByRole("heading", { level: 1 }).waitFor()
        await judge()
      }
    })
  }

  it("keeps the focus near a button that disappears with its move", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    const hasFocus = (place: Locator) =>
      expect
        .poll(() =>
          place.evaluate((element) => element.contains(document.activeElement) && document.activeElement?.tagName)
        )
        .toBeTruthy()
    const press = async (place: Locator): Promise<void> => {
      await place.focus()
      await page.keyboard.press("Enter")
    }
    await create(page, { from: "a", to: "b", task: "One" })
    await press(moves(page).getByRole("button", { name: "Accept" }))
    await press(moves(page).getByRole("button", { name: "Confirm: Accept" }))
    await page.getByText("Accept: done.").waitFor()
    await hasFocus(moves(page))
    await press(moves(page).getByRole("button", { name: "Start" }))
    await page.getByText("Start: done.").waitFor()
    await hasFocus(moves(page))
    await press(moves(page).getByRole("button", { name: "Fail" }))
    await press(moves(page).getByRole("button", { name: "Back" }))
    await hasFocus(moves(page))

    await create(page, { from: "a", to: "b", task: "Two" })
    await page.getByLabel("Act as").fill("b")
    await goTo(page, "Inbox")
    await press(page.getByRole("button", { name: "Claim the most urgent" }))
    await page.getByText("b has claimed Two").waitFor()
    await hasFocus(page.getByRole("button", { name: "Claim the most urgent" }))
  })

  it("keeps the focus in the lane when another tab moves the card", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await importRecords(page, [recordOf("one", "One"), recordOf("two", "Two")])
    await goTo(page, "Board")
    await lane(page, "Pending").getByRole("link", { name: "One" }).focus()
    const other = await visitor.tab("#/handoff/one")
    await act(other, "Accept")
    await confirm(other, "Accept")
    await lane(page, "Accepted").getByRole("link", { name: "One" }).waitFor()
    const pending = page.getByRole("group", { name: "Pending handoffs, scrollable" })
    await expect.poll(() => pending.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it("never scrolls sideways, even with long names without spaces", async () => {
    await using visitor = await board.visit({ viewport: { width: 320, height: 640 } })
    const page = await visitor.tab()
    const [id, from, to] = ["w", "n", "m"].map((letter) => letter.toUpperCase().repeat(128))
    const nested = Array.from({ length: 100 }).reduce<object>((inside) => ({ n: inside }), { end: "here" })
    const request = {
      from_agent: from,
      to_agent: "before".repeat(20),
      context: { nested, ["K".repeat(500)]: "V".repeat(500) },
      briefing: {
        severity: "unstable",
        summary: "S".repeat(500),
        actions: [{ id: "a", task: "A".repeat(500), owner: to }],
        situation: { known: ["P".repeat(500)] },
        read_back: {}
      },
      deliverables: [{ name: "D".repeat(128), media_type: "M".repeat(128), digest: "a".repeat(64) }]
    }
    const hops = [{ receiver: to, attempt: 2, at: new Date(0).toISOString() }]
    await importRecords(page, [{ ...recordOf(id ?? "", "T".repeat(500), request), attempt: 2, hops }])
    await page.getByText("1 added", { exact: true }).waitFor()
    await page.getByLabel("Act as").fill(to ?? "")
    for (const name of ["Board", "Inbox", "New handoff", "Agents", "Charts", "Import and export", "Laws", "Board"]) {
      await goTo(page, name)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
    }
    await page.getByRole("link", { name: "T".repeat(100) }).click()
    await page.getByRole("heading", { name: "Next moves" }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
    await act(page, "Accept")
    await page.getByLabel("The briefing in your own words").fill("R".repeat(500))
    await page.getByLabel("Answer").selectOption("Refused")
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
    await confirm(page, "Accept")
    await page.getByRole("region", { name: "Read-back" }).getByText("R".repeat(500)).waitFor()
    await page.getByLabel("Act as").fill(from ?? "")
    await act(page, "Confirm")
    await confirm(page, "Confirm")
    await page.getByLabel("Act as").fill(to ?? "")
    await act(page, "Complete")
    await page.getByLabel("D".repeat(128)).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  })

  it("does not announce every law while they run", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab("#/laws")
    await page.evaluate(() => {
      const heard = new Set<string>()
      const status = [...document.querySelectorAll("[role=status]")].at(-1)
      if (status === undefined) throw new Error("The page has no status region")
      new MutationObserver(() => {
        heard.add(status.textContent ?? "")
        document.title = String(heard.size)
      }).observe(status, { childList: true, characterData: true, subtree: true })
    })
    await page.getByRole("button", { name: "Run the laws" }).click()
    await page.getByRole("progressbar", { name: "Laws that have run" }).waitFor()
    await page.getByText(/of \d+ laws are kept by this browser/).waitFor()
    await expect.poll(async () => page.title()).toBe("2")
  })
})
