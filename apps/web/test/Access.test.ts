/** The built board in a real browser: what axe says of every page. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"

import type * as Axe from "axe-core"
import { describe, expect, it } from "vitest"

import { act, confirm, create, goTo } from "./people.ts"
import { useBoard } from "./site.ts"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

const themes = { light: "light", dark: "dark" } as const

const board = useBoard()

describe("everybody can use it", () => {
  for (const [name, options] of [
    ["light", { colorScheme: themes.light }],
    ["dark", { colorScheme: themes.dark }],
    ["at phone width", { colorScheme: themes.dark, viewport: { width: 360, height: 740 } }]
  ] as const) {
    it(`axe finds nothing on any page: ${name}`, async () => {
      await using visitor = await board.visit({ ...options, bypassCSP: true, reducedMotion: "reduce" })
      await visitor.context.addInitScript(axe)
      const page = await visitor.tab()
      const judge = async (): Promise<void> => {
        const found = await page.evaluate(async () => {
          // The cast: the init script has put it there.
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
      await create(page, { from: "er-desk", to: "icu-desk", task: "Take over Mr. K.", context: '{"a":{"b":[1,null]}}' })
      await act(page, "Reject")
      await judge()
      // Everything that a held handoff shows.
      await act(page, "Accept")
      await page.getByLabel("Hold it for so many minutes").fill("10")
      await confirm(page, "Accept")
      await act(page, "Progress")
      await page.getByLabel("Percent done").fill("80")
      await confirm(page, "Progress")
      await page.getByRole("progressbar", { name: "Progress" }).waitFor()
      await act(page, "Release")
      await page.getByLabel("Done, a line each").fill("Page 1")
      await judge()
      await confirm(page, "Release")
      await page.getByRole("region", { name: "Handed back" }).waitFor()
      await judge()
      await page.getByLabel("Act as").fill("icu-desk")
      for (const name of ["Board", "Inbox", "New handoff", "Agents", "Charts", "Import and export", "Laws"]) {
        await goTo(page, name)
        await page.getByRole("heading", { level: 1 }).waitFor()
        await judge()
      }
    })
  }
})
