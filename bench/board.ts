/** Measures the board with ten thousand handoffs against ten: opening, scrolling, searching, and a change in another tab. */
import { chromium, type Page } from "playwright"

import { importRecords, lane, recordOf } from "../apps/web/test/people.ts"
import { serveBoard } from "../apps/web/tooling/serve.ts"
import { launchOptions, ready } from "../tooling/browser.ts"
import { median, milliseconds, type Row, times } from "./measure.ts"

const rounds = 7
const frames = 90

const middleOf = async (time: () => Promise<number>): Promise<number> => {
  const walls: Array<number> = []
  // One more round, because the first one warms up.
  for (let round = 0; round <= rounds; round += 1) walls.push(await time())
  return median(walls.slice(1).map((wall) => ({ wall, cpu: 0 }))).wall
}

/** The 95th percentile of the frame times while scrolling through the lane, about a screen in five frames. */
const scrolling = (page: Page): Promise<number> =>
  page.evaluate(
    (frames) =>
      new Promise<number>((resolve) => {
        const scroller = document.querySelector(".scroller")
        const gaps: Array<number> = []
        let last = performance.now()
        const step = (): unknown => {
          const now = performance.now()
          gaps.push(now - last)
          last = now
          if (scroller !== null) scroller.scrollTop = (scroller.scrollTop + 100) % scroller.scrollHeight
          if (gaps.length < frames) return requestAnimationFrame(step)
          if (scroller !== null) scroller.scrollTop = 0
          return resolve(gaps.toSorted((a, b) => a - b)[Math.floor(frames * 0.95)] ?? 0)
        }
        requestAnimationFrame(step)
      }),
    frames
  )

type What = "opening" | "a search" | "a change in another tab" | "scrolling, frame p95"

const measured = async (url: string, count: number): Promise<Readonly<Record<What, number>>> => {
  const browser = await chromium.launch(launchOptions)
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const [page, other] = [await context.newPage(), await context.newPage()]
    await page.goto(url)
    const records = Array.from({ length: count }, (_, index) => recordOf(`r${index}`, `Task ${index}`))
    await importRecords(page, records)
    await page.getByText(`${count} added`, { exact: true }).waitFor({ timeout: 120_000 })
    await page.goto(`${url}#/`)
    const pending = (length: number) => page.getByRole("heading", { name: `Pending ${length}`, exact: true }).waitFor()
    const search = async (words: string, found: number): Promise<number> => {
      const before = performance.now()
      await page.getByLabel("Search").fill(words)
      await pending(found)
      return performance.now() - before
    }

    const opening = await middleOf(async () => {
      const before = performance.now()
      await page.reload()
      await pending(count)
      return performance.now() - before
    })
    const frame = await middleOf(() => scrolling(page))
    const searching = await middleOf(async () => {
      await search("", count)
      return search("r7", records.filter(({ record_id }) => record_id.startsWith("r7")).length)
    })
    await search("", count)
    let created = 0
    const change = await middleOf(async () => {
      created += 1
      await other.goto(`${url}#/new`)
      await other.reload()
      const fields = { Sender: "a", Receiver: "b", Task: `urgent ${created}`, "Priority, 1 to 10": "10" }
      for (const [label, text] of Object.entries(fields)) await other.getByLabel(label).fill(text)
      const before = performance.now()
      await other.getByRole("button", { name: "Create handoff" }).click()
      await lane(page, "Pending")
        .getByRole("link", { name: `urgent ${created}`, exact: true })
        .waitFor()
      return performance.now() - before
    })
    return {
      opening,
      "a search": searching,
      "a change in another tab": change,
      "scrolling, frame p95": frame
    }
  } finally {
    await browser.close()
  }
}

/** Measures the board section. */
export const board = async (): Promise<ReadonlyArray<Row>> => {
  ready()
  await using site = await serveBoard()
  const [few, many] = [await measured(site.url, 10), await measured(site.url, 10_000)]
  // The cast states the keys, which Object.keys widens to string.
  return (Object.keys(many) as ReadonlyArray<What>).map((what) => ({
    name: `board, 10,000 handoffs: ${what}`,
    ours: milliseconds(many[what]),
    against: `10 handoffs ${milliseconds(few[what])}`,
    ratio: times(many[what] / few[what]),
    aim: what.startsWith("scrolling") ? "≤ 1.5×" : ""
  }))
}
