/** Builds and serves the board for tests and measurements. */
import { execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

import { preview } from "vite"

const root = join(import.meta.dirname, "..")
const vite = join(dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin/vite.js")

export interface Site extends AsyncDisposable {
  readonly url: string
  /** The directory of the built files. */
  readonly files: string
}

/** Builds the board into a directory. */
export const buildBoard = (directory: string): void => {
  // In a separate process, because the NODE_ENV of the test runner selects development code.
  execFileSync(process.execPath, [vite, "build", "--logLevel", "warn", "--outDir", directory, "--emptyOutDir"], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production" }
  })
}

/** Serves the board as `vite preview` does: a copy of the given build, or a new one. */
export const serveBoard = async (built?: string): Promise<Site> => {
  const files = mkdtempSync(join(tmpdir(), "aumai-handoff-board-"))
  if (built === undefined) buildBoard(files)
  else cpSync(built, files, { recursive: true })
  const server = await preview({
    root,
    logLevel: "warn",
    build: { outDir: files },
    preview: { port: 0, host: "127.0.0.1" }
  })
  const address = server.httpServer.address()
  if (address === null || typeof address === "string")
    throw new Error("The preview server has no TCP port; check `preview.host`.")
  return {
    files,
    url: `http://127.0.0.1:${address.port}/`,
    [Symbol.asyncDispose]: async () => {
      await server.close()
      rmSync(files, { recursive: true, force: true })
    }
  }
}
