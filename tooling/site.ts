/** Serves a program to a browser, for tests and benches. */
import { createServer } from "node:http"

import { build } from "rolldown"

import { headers } from "./headers.ts"

/** A running site. Disposing of it closes it. */
export interface Site extends AsyncDisposable {
  readonly url: string
}

/**
 * Serves a page that runs a program, bundled as `/program.js`. `/opaque` is the same page in a sandbox with an opaque origin.
 * Each site has its own port, and so its own origin.
 */
export const serve = async (program: string): Promise<Site> => {
  const { output } = await build({
    input: program,
    write: false,
    platform: "browser",
    output: { format: "esm", entryFileNames: "program.js" }
  })
  const scripts = new Map(output.flatMap((one) => (one.type === "chunk" ? [[`/${one.fileName}`, one.code]] : [])))
  const page = `<!doctype html><script type="module" src="/program.js"></script>`
  const server = createServer(({ url = "" }, response) => {
    const script = scripts.get(url)
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript")
    response.setHeader("access-control-allow-origin", "*")
    if (url === "/opaque")
      response.setHeader("content-security-policy", `sandbox allow-scripts; ${headers["Content-Security-Policy"]}`)
    response.end(script ?? page)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port")
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
