import { readFileSync } from "node:fs"

import type { Page } from "playwright"
import { describe, expect, it } from "vitest"

import { hostile, obeyed, spoil } from "../../../packages/testing/src/hostile.ts"
import { create, goTo, importRecords } from "./people.ts"
import { useBoard } from "./site.ts"

const board = useBoard()
const golden = new URL("../../../packages/testing/golden/format-1/archive.json", import.meta.url)
// An import refuses moments ahead of now.
const past = readFileSync(golden, "utf8").replaceAll("2026-1", "2025-1")
const archive = spoil(JSON.parse(past) as Parameters<typeof spoil>[0])
const executor = `executor${hostile}`

/** Opens everything that can be opened on the page. */
const openAll = async (page: Page): Promise<void> => {
  await page.evaluate(async () => {
    for (let closed = 1; closed > 0;) {
      const all = [...document.querySelectorAll<HTMLDetailsElement>("details:not([open])")]
      closed = all.length
      for (const one of all) one.open = true
      await new Promise(requestAnimationFrame)
      await new Promise(requestAnimationFrame)
    }
  })
}

/** The texts on the page that a browser obeys, or that reorder the text beside them; the number of texts of others. */
const examine = (page: Page) =>
  page.evaluate(
    ([source, mark]) => {
      const active = new RegExp(source, "u")
      // The board's own isolates around a name in an attribute, and the tabs of prose.
      const isActive = (text: string): boolean => active.test(text.replaceAll(/[\u2068\u2069\t]/g, ""))
      const found: Array<string> = []
      let others = 0
      if (isActive(document.title)) found.push(`title: ${document.title}`)
      for (const element of document.querySelectorAll("*")) {
        for (const { name, value } of element.attributes) {
          // A value that a person edits or chooses stays exact.
          if (name !== "value" && isActive(value)) found.push(`${element.tagName} ${name}: ${value}`)
        }
      }
      const texts = document.createTreeWalker(document, NodeFilter.SHOW_TEXT)
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        const { parentElement, textContent } = node
        const text = textContent ?? ""
        if (parentElement?.closest("textarea, script, style, title")) continue
        if (isActive(text)) found.push(`raw: ${text}`)
        if (!text.includes(mark)) continue
        others += 1
        if (!parentElement?.closest("bdi, option[dir=auto]")) found.push(`not isolated: ${text}`)
      }
      return { found: found.map((text) => JSON.stringify(text)), others }
    },
    [obeyed.source, "gnp.exe"] as const
  )

/** Expects a page that shows the text of others, each isolated and without a hidden character. */
const expectHarmless = async (page: Page, least: number): Promise<void> => {
  await openAll(page)
  const { found, others } = await examine(page)
  expect(found).toEqual([])
  expect(others).toBeGreaterThanOrEqual(least)
}

describe("the text of others", () => {
  it("is isolated and shows its hidden characters, on every page and in every form", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await importRecords(page, archive)
    await page.getByText(`${archive.length} added`, { exact: true }).waitFor()
    await expectHarmless(page, archive.length)
    await importRecords(page, [{ ...archive[0], history: [], request: { [hostile]: 1 } }])
    await page.getByText("1 broken").waitFor()
    await expectHarmless(page, 1)
    for (const name of ["Board", "Inbox", "Agents", "New handoff", "Charts", "Laws"]) {
      await goTo(page, name)
      await expectHarmless(page, name === "Charts" || name === "Laws" ? 0 : 3)
    }
    for (const { record_id } of archive) {
      await page.evaluate((hash) => (location.hash = hash), `#/handoff/${encodeURIComponent(record_id)}`)
      await page.getByRole("heading", { name: "Next moves" }).waitFor()
      await page.locator(".identity").getByText(record_id.slice(0, 4)).waitFor()
      await expectHarmless(page, 10)
      const forms = page.locator("button[aria-expanded]")
      for (let index = 0; index < (await forms.count()); index++) {
        await forms.nth(index).click()
        await expectHarmless(page, 10)
      }
    }
    await page.evaluate((name) => sessionStorage.setItem("board.me", name), executor)
    for (const hash of [
      "",
      "#/inbox",
      "#/new",
      "#/agents",
      "#/handoff/nothing",
      `#/handoff/${encodeURIComponent(hostile)}`
    ]) {
      await page.goto(`${board.url()}${hash}`)
      await page.reload()
      await page.getByRole("heading", { level: 1 }).waitFor()
      await expectHarmless(page, 1)
    }
    expect(visitor.complaints).toEqual([])
  })

  it("is exported with escapes, as the same values", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await importRecords(page, archive)
    await page.getByText(`${archive.length} added`, { exact: true }).waitFor()
    const saving = page.waitForEvent("download")
    await page.getByRole("button", { name: "Export all" }).click()
    const text = readFileSync(await (await saving).path(), "utf8")
    expect(text).not.toMatch(obeyed)
    expect(JSON.parse(text)).toHaveLength(archive.length)
    expect(JSON.parse(text)).toEqual(
      expect.arrayContaining(archive.map(({ head }) => expect.objectContaining({ head })))
    )
  })

  it("is read by a person as it is stored: a briefing cannot reverse its own words", async () => {
    await using visitor = await board.visit()
    const page = await visitor.tab()
    await create(page, { from: "er", to: "icu", task: "Review \u202Egnp.exe and run it\u202C" })
    await page.getByRole("heading", { level: 1 }).getByText("Review [U+202E]gnp.exe and run it[U+202C]").waitFor()
  })
})
