import { readFileSync } from "node:fs"
import { createServer, type RequestListener } from "node:http"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { headers, headersFile } from "../../../tooling/headers.ts"
import { useBoard } from "./site.ts"

const board = useBoard()

/** A server with another port, and so of another origin. */
const serve = async (listener: RequestListener) => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port")
  return {
    url: `http://127.0.0.1:${address.port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

/** A page that shows another one in a frame. */
const framing = (url: string) =>
  serve((_, response) => {
    response.setHeader("content-type", "text/html")
    response.end(`<!doctype html><title>around</title><iframe src="${url}" width="900" height="700"></iframe>`)
  })

const types: Readonly<Record<string, string>> = { js: "text/javascript", css: "text/css", svg: "image/svg+xml" }

/** The built board on a host that sends no headers. */
const bareHost = () =>
  serve(({ url = "/" }, response) => {
    const path = url === "/" ? "index.html" : url.slice(1)
    response.setHeader("content-type", types[/\.(\w+)$/.exec(path)?.[1] ?? ""] ?? "text/html")
    try {
      response.end(readFileSync(join(board.files(), path)))
    } catch {
      response.writeHead(404).end()
    }
  })

describe("a page of another origin", () => {
  it("cannot frame the board, because its server forbids it", async () => {
    await using visitor = await board.visit()
    const answer = await fetch(board.url())
    for (const [name, value] of Object.entries(headers)) expect(answer.headers.get(name)).toBe(value)
    expect(readFileSync(join(board.files(), "_headers"), "utf8")).toBe(headersFile)
    // A host does not serve it, and a missing file would keep the worker from installing.
    expect(readFileSync(join(board.files(), "worker.js"), "utf8")).not.toContain("_headers")
    await using around = await framing(board.url())
    const page = await visitor.context.newPage()
    await page.goto(around.url)
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/)
  })

  it("is shown one sentence and a link by a board whose host sends no headers", async () => {
    await using visitor = await board.visit()
    await using host = await bareHost()
    await using around = await framing(host.url)
    const page = await visitor.context.newPage()
    await page.goto(around.url)
    const frame = page.frameLocator("iframe")
    await frame.getByRole("heading", { name: "The board does not run inside another page" }).waitFor()
    await expect.poll(() => frame.getByRole("link").allInnerTexts()).toEqual(["Open the board in a tab of its own"])
    await expect.poll(() => frame.locator("button, input, nav").count()).toBe(0)
  })

  it("cannot frame a board that was opened before, because its service worker forbids it", async () => {
    await using visitor = await board.visit()
    await using host = await bareHost()
    const page = await visitor.context.newPage()
    await page.goto(host.url)
    await page.getByRole("heading", { level: 1 }).waitFor()
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
      if (navigator.serviceWorker.controller !== null) return
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true })
      )
    })
    await page.reload()
    await page.getByRole("heading", { level: 1 }).waitFor()
    await using around = await framing(host.url)
    const other = await visitor.context.newPage()
    await other.goto(around.url)
    await expect.poll(() => other.frames()[1]?.url()).toMatch(/^chrome-error:/)
  })

  it("finds the headers for its host in the documentation", () => {
    const page = readFileSync(new URL("../../../docs/board.md", import.meta.url), "utf8")
    for (const value of Object.values(headers)) expect(page.split(value).length - 1).toBeGreaterThanOrEqual(2)
    for (const name of Object.keys(headers)) expect(page.split(name).length - 1).toBeGreaterThanOrEqual(2)
  })
})
