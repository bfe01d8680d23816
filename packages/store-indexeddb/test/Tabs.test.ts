import { afterAll, assert, beforeAll, describe, it } from "vitest"

import type { Site } from "../../../tooling/site.ts"
import { commitForever, launch, type Running, serveTabs, temporaryProfile } from "./chromium.ts"
import type { Outcome } from "./programs/tab.ts"
import { makePromises } from "./promises.ts"

describe("the tabs of a site", () => {
  const profile = temporaryProfile()
  let site: Site
  let browser: Running
  beforeAll(async () => {
    site = await serveTabs()
    browser = await launch(profile.path)
  })
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await site[Symbol.asyncDispose]()
    profile[Symbol.dispose]()
  })

  const tabOn = async (name: string) => {
    const page = await browser.tab(site.url)
    assert.isUndefined(await page.evaluate((name) => handoffTab.open(name), name))
    return page
  }

  it("claim each handoff once in a race", async () => {
    const [one, two] = [await tabOn("claims"), await tabOn("claims")]
    await one.evaluate(() => handoffTab.create(60))
    const [first, second] = await Promise.all([one, two].map((page) => page.evaluate(() => handoffTab.claimAll())))
    const all = [...(first ?? []), ...(second ?? [])]
    assert.strictEqual(all.length, 60)
    assert.strictEqual(new Set(all).size, 60)
    const [seen, alsoSeen] = await Promise.all([one, two].map((page) => page.evaluate(() => handoffTab.contents())))
    assert.deepStrictEqual(seen, alsoSeen)
    assert.strictEqual(seen?.tally["accepted"], 60)
  })

  it("get hints of each other's commits", async () => {
    const [one, two] = [await tabOn("hints"), await tabOn("hints")]
    await two.evaluate(() => handoffTab.listen())
    await one.evaluate(() => handoffTab.create(1))
    await two.evaluate(() => handoffTab.heard())
  })

  it("lose no acknowledged commit when one is closed during commits", async () => {
    const witness = await tabOn("closed")
    for (const life of ["a", "b", "c"]) {
      const promises = makePromises()
      const page = await tabOn("closed")
      const { promise: isEnough, resolve: enough } = Promise.withResolvers<void>()
      await commitForever(page, life, (report) => {
        promises.hear(report)
        if (promises.count() > 40) enough()
      })
      await isEnough
      await page.close()
      assert.deepStrictEqual(promises.broken(await witness.evaluate(() => handoffTab.contents())), [])
    }
  })

  it("fail with `full` at the quota, and continue once there is space", async () => {
    // A new origin, because the browser caches the free space of an origin for a while.
    await using other = await serveTabs()
    const page = await browser.tab(other.url)
    const session = await browser.context.newCDPSession(page)
    await session.send("Storage.overrideQuotaForOrigin", { origin: other.url, quotaSize: 2_000_000 })
    assert.isUndefined(await page.evaluate(() => handoffTab.open("quota")))
    const commits = (names: ReadonlyArray<string>) =>
      page.evaluate(async (names) => {
        for (const [index, name] of names.entries()) {
          const { reason, detail } = (await handoffTab.commitOne(name, 300_000)) ?? {}
          if (reason !== undefined) return { index, reason, detail }
        }
        return { index: names.length }
      }, names)
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"]
    const refusal = await commits(names)
    assert.strictEqual(refusal.reason, "full", refusal.detail)
    assert.match(refusal.detail ?? "", /no space left for the IndexedDB database "quota".*Nothing was changed/)
    const { entries } = await page.evaluate(() => handoffTab.contents())
    assert.deepStrictEqual(
      entries.map(([id]) => id),
      names.slice(0, refusal.index)
    )
    await session.send("Storage.overrideQuotaForOrigin", { origin: other.url })
    assert.isUndefined((await commits(names.slice(refusal.index))).reason)
  })

  it("with an opaque origin cannot open a store", async () => {
    const page = await browser.tab(`${site.url}/opaque`)
    const refused = await page.evaluate(() => handoffTab.open("opaque"))
    assert.strictEqual(refused?.reason, "unavailable")
    assert.match(refused?.detail ?? "", /"opaque" cannot be opened: /)
  })

  it("detect that the store of a worker was emptied", async () => {
    const page = await browser.tab(site.url)
    const outcome = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const worker = new Worker("/program.js", { type: "module" })
          worker.addEventListener("message", ({ data }) => {
            worker.terminate()
            resolve(data)
          })
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the postMessage of a worker takes no origin
          worker.postMessage("worker")
        })
    )
    assert.isUndefined(outcome)
    await page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase("worker")
          request.addEventListener("success", resolve)
          request.addEventListener("error", reject)
        })
    )
    const refused = await page.evaluate(() => handoffTab.open("worker"))
    assert.strictEqual(refused?.reason, "corrupt")
  })

  it("report a commit as in doubt or lost when the browser clears the database", async () => {
    const page = await tabOn("cleared")
    const session = await browser.context.newCDPSession(page)
    const errors: Array<Outcome> = []
    const { promise: isStarted, resolve: started } = Promise.withResolvers<void>()
    const { promise: isEnded, resolve: ended } = Promise.withResolvers<void>()
    await commitForever(page, "x", (report) => {
      if ("step" in report) return started()
      errors.push(report.error)
      if (errors.length === 4) ended()
    })
    await isStarted
    await session.send("Storage.clearDataForOrigin", { origin: site.url, storageTypes: "indexeddb" })
    await isEnded
    for (const error of errors) {
      const isInDoubt = error?.reason === "unavailable" && error.detail.endsWith("read before repeating it")
      const isLost = error?.reason === "corrupt" && error.detail.includes("has lost its data")
      assert.isTrue(isInDoubt || isLost, error?.detail)
    }
    const refused = await page.evaluate(() => handoffTab.commitOne("late", 10))
    assert.strictEqual(refused?.reason, "corrupt")
  })
})
