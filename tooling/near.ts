/**
 * Checks files in seconds: runs the tests nearest to each, and checks the types of its package, its lint and its format.
 *
 * `pnpm near packages/core/src/engine/Claiming.ts` runs `packages/core/test/Claiming.test.ts`. If no test has the name of a
 * source, those run that import it. Tests that start a browser, a database or processes are only named.
 */
import { execFile } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { basename, dirname, join, relative, sep } from "node:path"

import { filesBelow, root } from "./files.ts"

/** The tests nearest to a file: those to run, and those that take too long for that. */
export interface Near {
  readonly tests: ReadonlyArray<string>
  readonly slow: ReadonlyArray<string>
}

const isSlow = (test: string): boolean =>
  /\.(?:browser|postgres|process)\.test\.ts$|\/(?:Simulation|Processes|Faults|Kills|Disk)\.test\.ts$/.test(test) ||
  test.startsWith("apps/web/")

/** The package of a file: `packages/core`, or the first folder for what is in no package. */
const packageOf = (file: string): string =>
  (/^(?:packages|apps)\/[^/]+/.exec(file) ?? /^[^/]+(?=\/)/.exec(file) ?? [""])[0]

/** The tests nearest to a file. Paths are relative to the workspace, with `/`. */
export const nearestTo = (file: string, files: ReadonlyArray<string>, textOf: (file: string) => string): Near => {
  if (file.endsWith(".test.ts")) return { tests: [file], slow: [] }
  const own = `${packageOf(file)}/`
  const tests = files.filter((test) => test.startsWith(own) && test.endsWith(".test.ts"))
  const name = basename(file).replace(/\.tsx?$/, "")
  const mirrored = tests.filter((test) => basename(test).startsWith(`${name}.`))
  const found = mirrored.length > 0 ? mirrored : tests.filter((test) => textOf(test).includes(`/${basename(file)}"`))
  return { tests: found.filter((test) => !isSlow(test)), slow: found.filter(isSlow) }
}

/** The closest `tsconfig.json` above a file. */
const projectOf = (file: string): string => {
  const directory = dirname(file)
  return directory === "." || existsSync(join(root, directory, "tsconfig.json")) ? directory : projectOf(directory)
}

const typecheck = (project: string): ReadonlyArray<string> => [
  "tsc",
  "-p",
  join(project, "tsconfig.json"),
  "--incremental",
  "--tsBuildInfoFile",
  join("node_modules/.cache/near", `${project.replaceAll("/", "-")}.tsbuildinfo`)
]

const unique = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(texts)]

/** Runs a program of `node_modules/.bin`, and prints its output if it failed. */
const succeeds = ([program = "", ...words]: ReadonlyArray<string>): Promise<boolean> =>
  new Promise((resolve) => {
    const begun = performance.now()
    execFile(join(root, "node_modules/.bin", program), words, { cwd: root }, (error, stdout, stderr) => {
      const seconds = ((performance.now() - begun) / 1000).toFixed(1)
      console.log(`${error === null ? "ok    " : "FAILED"} ${seconds} s  ${[program, ...words].join(" ")}`)
      if (error !== null) console.log(stdout + stderr)
      resolve(error === null)
    })
  })

if (import.meta.main) {
  const given = process.argv.slice(2).map((file) => relative(root, file).split(sep).join("/"))
  const missing = given.find((file) => !existsSync(join(root, file)))
  if (given.length === 0 || missing !== undefined) {
    console.error(
      missing === undefined ? "Name a file: pnpm near packages/core/src/engine/Claiming.ts" : `No file ${missing}`
    )
    process.exit(2)
  }
  // One project starts faster than all of them.
  const project = given.some(isSlow) ? [] : ["--project", "node"]
  const near = given.map((file) =>
    nearestTo(file, filesBelow(packageOf(file)), (test) => readFileSync(join(root, test), "utf8"))
  )
  const tests = unique(near.flatMap((one) => one.tests))
  const slow = unique(near.flatMap((one) => one.slow))
  const checks = [
    ...(tests.length === 0 ? [] : [["vitest", "run", "--reporter=dot", ...project, ...tests]]),
    ...unique(given.map(projectOf)).map(typecheck),
    ["oxlint", ...given],
    ["oxfmt", "--check", ...given]
  ]
  const results = await Promise.all(checks.map(succeeds))
  if (tests.length === 0) console.log("No test mirrors or imports it that runs in seconds")
  if (slow.length > 0) console.log(`Not run, they take longer: vitest run ${slow.join(" ")}`)
  process.exitCode = results.every(Boolean) ? 0 : 1
}
