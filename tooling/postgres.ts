/**
 * A real PostgreSQL for tests and benches: the one in `AUMAI_TEST_POSTGRES`, or one started from the binaries in
 * `node_modules`. A started one is stopped and deleted when its starter ends, even if that was killed.
 */
import { spawn } from "node:child_process"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

import type { TestProject } from "vitest/node"

declare module "vitest" {
  interface ProvidedContext {
    /** The server of each worker, on which its tests make their databases: `postgres://user@host:port/database`. */
    readonly postgres: ReadonlyArray<string>
  }
}

/** The options of a started server. */
export interface PostgresOptions {
  /** Flushes to the disk and vacuums, like a production server. Default: false, which is faster and deterministic. */
  readonly durable?: boolean
}

/** A started server. */
export interface PostgresServer {
  /** The URL of its first database, for a superuser without a password. */
  readonly url: string
  /** The directory of its socket. */
  readonly directory: string
  /** Restarts it at the same port: `fast` ends the sessions, `immediate` crashes the server. */
  readonly restart: (how: "fast" | "immediate") => Promise<void>
  /** Starts a standby, after a fast restart of the server, and returns the URL of its first database. */
  readonly standby: () => Promise<string>
  /** Stops it and deletes its data. */
  readonly stop: () => Promise<void>
}

/**
 * The workers of the tests, one server for each: an open transaction holds the log back in every database of a server.
 * One more than there are processors, because the tests of processes, pages and databases often wait for them.
 */
export const workers = availableParallelism() + 1

const variable = "AUMAI_TEST_POSTGRES"

/** The server named for the tests, which all workers share. */
export const installedPostgres = process.env[variable] || undefined

/** Starts a server. */
export const startPostgres = async (options: PostgresOptions = {}): Promise<PostgresServer> => {
  // A process in between, which outlives this one long enough to clean up, even after Ctrl-C and kill -9. Its own process
  // group protects it from Ctrl-C.
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
      `PostgreSQL could not be started: ${problem.trim()}\n` +
        `Set ${variable} to a running server, such as postgres://user:password@localhost:5432/postgres, with a user that may create databases.`
    )
  }
  const { port, directory }: { readonly port: number; readonly directory: string } = JSON.parse(await answer())
  const urlAt = (port: number | string) => `postgres://postgres@127.0.0.1:${port}/postgres`
  return {
    url: urlAt(port),
    directory,
    restart: async (how) => {
      keeper.stdin.write(`${how}\n`)
      await answer()
    },
    standby: async () => {
      keeper.stdin.write("standby\n")
      return urlAt(await answer())
    },
    stop: async () => {
      keeper.stdin.end()
      await exited
    }
  }
}

/**
 * Starts a server for each worker of Vitest. What a test leaves open for a moment holds back the logs of all databases of a
 * server, so that files on one server may only run one after another.
 */
export const setup = async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  if (installedPostgres !== undefined) {
    project.provide("postgres", [installedPostgres])
    return undefined
  }
  const servers = await Promise.all(Array.from({ length: workers }, () => startPostgres()))
  project.provide(
    "postgres",
    servers.map(({ url }) => url)
  )
  return async () => void (await Promise.all(servers.map(({ stop }) => stop())))
}
