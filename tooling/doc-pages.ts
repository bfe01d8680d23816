/**
 * Checks the Markdown pages: relative links lead to a file and a heading, shell blocks use flags that exist, and every
 * block fenced as `sh run` runs. The blocks of one page run in order in one directory; where a `text` block follows, they must print it, `…` for anything.
 *
 * `node tooling/doc-pages.ts` prints what fails; the tests run the same.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join, normalize } from "node:path"
import { promisify } from "node:util"

import { type Block, blocksOf, type Failure, format, linkPackages } from "./doc-examples.ts"
import { filesBelow, root } from "./files.ts"

/** Every page that people read, printed ones included. */
export const pages = (): ReadonlyArray<string> =>
  [
    ...readdirSync(root),
    ...["packages", "apps"].flatMap((area) =>
      readdirSync(join(root, area)).flatMap((name) =>
        readdirSync(join(root, area, name)).map((file) => `${area}/${name}/${file}`)
      )
    ),
    ...filesBelow("docs")
  ].filter((file) => file.endsWith(".md") && !file.endsWith("api.md"))

const withoutCode = (text: string): string =>
  text.replaceAll(/^( *)(`{3,}).*\n[\s\S]*?^\1\2 *$/gm, (block) => block.replaceAll(/[^\n]/g, ""))

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-")
    )
  )

/** The relative links of a page that lead nowhere; `read` gives the text of a file, or `undefined` if it does not exist. */
export const brokenLinks = (
  file: string,
  text: string,
  read: (file: string) => string | undefined
): ReadonlyArray<Failure> =>
  withoutCode(text)
    .split("\n")
    .flatMap((line, index) =>
      [...line.replaceAll(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
        if (/^[a-z]+:/.test(target)) return []
        const [path = "", anchor] = target.split("#")
        const found = path === "" ? text : read(normalize(join(dirname(file), path)))
        const isBroken = found === undefined || (anchor !== undefined && !anchorsOf(found).has(anchor))
        return isBroken ? [{ file, line: index + 1, message: `the link to ${target} is broken` }] : []
      })
    )

const readPage = (file: string): string | undefined => {
  const path = join(root, file)
  if (!existsSync(path)) return undefined
  return file.endsWith(".md") ? readFileSync(path, "utf8") : ""
}

/** The flags in shell blocks that `docs/cli.md` does not have for their command. */
export const unknownFlags = (blocks: ReadonlyArray<Block>, reference: string): ReadonlyArray<Failure> => {
  const [, ...sections] = reference.split(/^## /m)
  const flagsOf = (title: string): ReadonlyArray<string> =>
    [...(sections.find((section) => section.startsWith(`\`${title}\``)) ?? "").matchAll(/--[a-z-]+/g)].map(String)
  return blocks
    .filter(({ info }) => /^sh(?: |$)/.test(info))
    .flatMap(({ file, line, code }) =>
      code.split("\n").flatMap((text, index) => {
        const [, words = "", rest = ""] =
          /\b(aumai-handoff(?: [a-z][a-z-]*)*)(.*)$/.exec(text.replace(/ #.*$/, "")) ?? []
        const known = new Set([...flagsOf("aumai-handoff"), ...flagsOf(words)])
        const flags = rest.replaceAll(/"[^"]*"|'[^']*'/g, "").match(/--[a-z-]+/g) ?? []
        return flags
          .filter((flag) => !known.has(flag))
          .map((flag) => ({ file, line: line + index, message: `${words} has no flag ${flag}` }))
      })
    )
}

const matches = (printed: string, expected: string): boolean => {
  const parts = expected.trim().split("…")
  const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join(".*?")
  return new RegExp(`^${pattern}$`, "s").test(printed.replaceAll(/ +$/gm, "").trim())
}

/** Runs the `sh run` blocks of one page; returns at most one failure, because each block needs the one before. */
export const runShell = async (blocks: ReadonlyArray<Block>): Promise<ReadonlyArray<Failure>> => {
  if (!blocks.some(({ info }) => info === "sh run")) return []
  const cwd = mkdtempSync(join(root, "node_modules/.cache/doc-pages-"))
  try {
    linkPackages(join(cwd, "node_modules"))
    mkdirSync(join(cwd, "bin"))
    const main = join(root, "apps/cli/src/main.ts")
    const command = `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`
    writeFileSync(join(cwd, "bin/aumai-handoff"), command, { mode: 0o755 })
    const path = [join(cwd, "bin"), dirname(process.execPath), process.env["PATH"]].join(delimiter)
    const env = { ...process.env, PATH: path, NO_COLOR: "1", AUMAI_HANDOFF_STORE: undefined }
    for (const [index, { file, line, info, code }] of blocks.entries()) {
      if (info !== "sh run") continue
      const script = `set -e\nexec 2>&1\n${code}`
      const printed = await promisify(execFile)("bash", ["-c", script], { cwd, env, timeout: 60_000 }).then(
        ({ stdout }) => stdout,
        (error) => `${error.stdout}\nand failed`
      )
      const next = blocks[index + 1]
      const expected = next?.info === "text" ? next.code : "…"
      if (printed.endsWith("and failed") || !matches(printed, expected))
        return [{ file, line, message: `prints\n${printed}` }]
    }
    return []
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** All failures of the pages. */
export const check = async (): Promise<ReadonlyArray<Failure>> => {
  const failures: Array<Failure> = []
  const reference = readFileSync(join(root, "docs/cli.md"), "utf8")
  for (const file of pages()) {
    const text = readFileSync(join(root, file), "utf8")
    const blocks = blocksOf(file, text)
    failures.push(...brokenLinks(file, text, readPage), ...unknownFlags(blocks, reference), ...(await runShell(blocks)))
  }
  return failures
}

if (import.meta.main) {
  const failures = await check()
  for (const failure of failures) console.error(format(failure))
  console.log(`${pages().length} pages, ${failures.length} failures`)
  process.exitCode = failures.length === 0 ? 0 : 1
}
