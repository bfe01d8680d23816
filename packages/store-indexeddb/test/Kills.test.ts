import { readdirSync, truncateSync } from "node:fs"
import { join } from "node:path"

import { assert, describe, it } from "vitest"

import { commitForever, launch, serveTabs, temporaryProfile } from "./chromium.ts"
import { makePromises } from "./promises.ts"

/** A seeded generator of numbers between 0 and 1. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const kills = Number(process.env["KILLS"] ?? 10)
const seed = Number(process.env["SEED"] ?? 1)

describe("kill -9 of the browser", () => {
  it(
    `loses no acknowledged commit without reporting it (seed ${seed})`,
    async () => {
      using profile = temporaryProfile()
      await using site = await serveTabs()
      const promises = makePromises()
      const random = randomFrom(seed)
      let acknowledged = 0
      let wipes = 0
      for (let life = 0; life <= kills; life += 1) {
        await using browser = await launch(profile.path)
        const page = await browser.tab(site.url)
        const refused = await page.evaluate(() => handoffTab.open("kills"))
        if (refused !== undefined) {
          assert.strictEqual(refused.reason, "corrupt", refused.detail)
          assert.match(refused.detail, /has lost its data.*forget/)
          wipes += 1
          acknowledged += promises.count()
          promises.release()
          await page.evaluate(() => handoffTab.forget("kills"))
          assert.isUndefined(await page.evaluate(() => handoffTab.open("kills")))
        }
        assert.deepStrictEqual(promises.broken(await page.evaluate(() => handoffTab.contents())).slice(0, 10), [])
        if (life === kills) break

        const { promise: isStarted, resolve: started } = Promise.withResolvers<void>()
        await commitForever(page, `life${life}`, (report) => {
          promises.hear(report)
          started()
        })
        await isStarted
        await new Promise((resolve) => setTimeout(resolve, random() * 200))
        await browser.kill()
      }
      console.log(`${acknowledged + promises.count()} commits acknowledged, ${kills} kills, ${wipes} wipes reported`)
      assert.isAbove(acknowledged + promises.count(), kills, "too few commits for a meaningful result")
    },
    60_000 + kills * 5000
  )

  it("reports damaged files instead of starting empty", async () => {
    using profile = temporaryProfile()
    await using site = await serveTabs()
    {
      await using browser = await launch(profile.path)
      const page = await browser.tab(site.url)
      assert.isUndefined(await page.evaluate(() => handoffTab.open("damaged")))
      assert.isUndefined(await page.evaluate(() => handoffTab.commitOne("a", 10)))
    }
    const files = readdirSync(profile.path, { recursive: true, encoding: "utf8" })
    const manifests = files.filter((file) => /IndexedDB.*MANIFEST/.test(file))
    assert.isAbove(manifests.length, 0)
    for (const manifest of manifests) truncateSync(join(profile.path, manifest), 0)

    await using browser = await launch(profile.path)
    const page = await browser.tab(site.url)
    const refused = await page.evaluate(() => handoffTab.open("damaged"))
    assert.strictEqual(refused?.reason, "corrupt", refused?.detail)
    await page.evaluate(() => handoffTab.forget("damaged"))
    assert.isUndefined(await page.evaluate(() => handoffTab.open("damaged")))
    assert.isUndefined(await page.evaluate(() => handoffTab.commitOne("a", 10)))
  })
})
