/** Measures the bytes that a user downloads or installs, from the output of the build. */
import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { gzipSync } from "node:zlib"

import { root } from "./files.ts"
import { pack, published, type Published } from "./tarballs.ts"

/** Bytes by name. */
export type Sizes = Readonly<Record<string, number>>

const gzipped = (file: string): number => gzipSync(readFileSync(file), { level: 9 }).length

const inDirectory = async <A>(work: (directory: string) => Promise<A>): Promise<A> => {
  const directory = mkdtempSync(join(tmpdir(), "aumai-handoff-sizes-"))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The tarball of every package that is published. */
export const packages = (): Promise<Sizes> =>
  inDirectory(async (directory) => {
    const size = async (one: Published) => [one.manifest.name, statSync(await pack(one, directory)).size] as const
    return Object.fromEntries(await Promise.all(published().map(size)))
  })

/** The bytes of the command's bundle that Node reads, for some commands. */
export const command = (): Promise<Sizes> =>
  inDirectory(async (directory) => {
    const entry = join(root, "apps/cli/dist/aumai-handoff.mjs")
    // An empty store, because a store that does not exist cannot be listed.
    writeFileSync(join(directory, "handoffs.json"), "[]")
    const loaded = async (name: string, ...words: ReadonlyArray<string>): Promise<number> => {
      const coverage = join(directory, name)
      const env = { ...process.env, NODE_V8_COVERAGE: coverage }
      await promisify(execFile)(process.execPath, [entry, ...words], { cwd: directory, env })
      const [report] = readdirSync(coverage)
      const { result }: { readonly result: ReadonlyArray<{ readonly url: string }> } = JSON.parse(
        readFileSync(join(coverage, report ?? ""), "utf8")
      )
      const files = result.flatMap(({ url }) => (url.startsWith("file:") ? [fileURLToPath(url)] : []))
      return files.reduce((sum, file) => sum + statSync(file).size, 0)
    }
    return {
      "`aumai-handoff --version`": await loaded("version", "--version"),
      "`aumai-handoff list`, on a file": await loaded("list", "list")
    }
  })

/** The bytes that a browser loads before it shows the board. Each page is loaded when it is opened. */
export const board = (): Sizes => {
  const dist = join(root, "apps/web/dist")
  const html = readFileSync(join(dist, "index.html"), "utf8")
  const files = ["index.html", ...[...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file = ""]) => file)]
  return { "the board": files.reduce((sum, file) => sum + gzipped(join(dist, file)), 0) }
}

/** The binaries that have been built. They need no Node. */
export const binaries = (): Sizes => {
  const directory = join(root, "apps/cli/dist/bin")
  const files = existsSync(directory) ? readdirSync(directory).filter((file) => file.startsWith("aumai-handoff-")) : []
  return Object.fromEntries(files.map((file) => [`\`${file}\``, statSync(join(directory, file)).size]))
}
