/**
 * A real PostgreSQL for tests and benches: the one that `AUMAI_TEST_POSTGRES` names, or one started from the binaries in
 * `node_modules`, which is gone with its data as soon as whoever started it ends, however that happens.
 */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"

import type { TestProject } from "vitest/node"

declare module "vitest" {
  interface ProvidedContext {
    /** Where tests make databases of their own: `postgres://user@host:port/database`. */
    readonly postgres: string
  }
}

export interface PostgresOptions {
  /** Flush to the disk and vacuum, as a real one does. Default: false, for tests: quick, and nothing happens by itself. */
  readonly durable?: boolean
}

export interface PostgresServer {
  /** Its first database, for a superuser without a password. */
  readonly url: string
  /** Where its socket is. */
  readonly directory: string
  /** Ends it and starts it again at the same port: `fast` ends the sessions, `immediate` crashes. */
  readonly restart: (how: "fast" | "immediate") => Promise<void>
  /** Ends it and removes its data. */
  readonly stop: () => Promise<void>
}

const variable = "AUMAI_TEST_POSTGRES"

/** Starts a server of one's own. */
export const startPostgres = async (options: PostgresOptions = {}): Promise<PostgresServer> => {
  // A process between us and the server: it outlives us for long enough to clean up, also after Ctrl-C and kill -9. For
  // the first it needs a process group of its own.
  const keeper = spawn(process.execPath, [join(import.meta.dirname, "postgres-keeper.ts"), JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true
  })
  let problem = ""
  keeper.stderr.setEncoding("utf8").on("data", (text: string) => (problem += text))
  const exited = new Promise<void>((resolve) => keeper.once("exit", () => resolve()))
  const lines = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<string> => {
    const { done, value } = await lines.next()
    if (done !== true) return value
    await exited
    throw new Error(
      `No PostgreSQL could be started: ${problem.trim()}\n` +
        `Set ${variable} to one that runs, as in postgres://user:password@localhost:5432/postgres; its user must be able to create databases.`
    )
  }
  const { port, directory }: { readonly port: number; readonly directory: string } = JSON.parse(await answer())
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    directory,
    restart: async (how) => {
      keeper.stdin.write(`${how}\n`)
      await answer()
    },
    stop: async () => {
      keeper.stdin.end()
      await exited
    }
  }
}

/** For vitest: one server for all tests of a project. */
export const setup = async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  const installed = process.env[variable]
  if (installed !== undefined && installed !== "") {
    project.provide("postgres", installed)
    return undefined
  }
  const server = await startPostgres()
  project.provide("postgres", server.url)
  return server.stop
}
