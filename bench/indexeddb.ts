/** Measures the IndexedDB store, in Chromium with a profile on disk, against the same transactions written by hand. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { chromium } from "playwright"

import { launchOptions, ready } from "../tooling/browser.ts"
import { serve } from "../tooling/site.ts"
import { median, microseconds, perSecond, type Row, times } from "./measure.ts"

const rounds = 5

const middle = (times: ReadonlyArray<number>) => median(times.map((wall) => ({ wall, cpu: 0 })))

/** Measures the indexeddb section. */
export const indexeddb = async (): Promise<ReadonlyArray<Row>> => {
  ready()
  const profile = mkdtempSync(join(tmpdir(), "aumai-handoff-bench-"))
  await using site = await serve(join(import.meta.dirname, "programs/indexeddb.ts"))
  const context = await chromium.launchPersistentContext(profile, launchOptions)
  try {
    const page = await context.newPage()
    await page.goto(site.url)
    await page.waitForFunction(() => "handoffBench" in globalThis)

    // The page takes the time, so that the driver is not measured.
    const commits = async (count: number, callers: number) => {
      const work = [count, callers] as const
      const [ours, byHand]: [Array<number>, Array<number>] = [[], []]
      // One more round, because the first one warms up.
      for (let round = 0; round <= rounds; round += 1) {
        ours.push(await page.evaluate(([count, callers]) => handoffBench.ours("ours", count, callers), work))
        byHand.push(await page.evaluate(([count, callers]) => handoffBench.byHand("by hand", count, callers), work))
      }
      return { ours: middle(ours.slice(1)), byHand: middle(byHand.slice(1)) }
    }
    const one = await commits(400, 1)
    const many = await commits(6400, 64)

    const head = (waiting: number) => page.evaluate((waiting) => handoffBench.inboxHead(waiting, 500), waiting)
    const [few, lots] = [await head(1000), await head(100_000)]
    return [
      {
        name: "IndexedDB, one caller: commits",
        ours: perSecond(400, one.ours),
        against: `by hand ${perSecond(400, one.byHand)}`,
        ratio: times(one.byHand.wall / one.ours.wall),
        aim: "≥ 0.9×"
      },
      {
        name: "IndexedDB, 64 callers: commits",
        ours: perSecond(6400, many.ours),
        against: `a transaction each ${perSecond(6400, many.byHand)}`,
        ratio: times(many.byHand.wall / many.ours.wall),
        aim: "≥ 4×"
      },
      {
        name: "IndexedDB, inbox head, 1e5 waiting",
        ours: microseconds(1, lots),
        against: `1e3 waiting ${microseconds(1, few)}`,
        ratio: times(lots / few),
        aim: "≤ 1.3×"
      }
    ]
  } finally {
    await context.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 })
  }
}
