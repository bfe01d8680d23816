import { execFile } from "node:child_process"
import { promisify } from "node:util"

import manifest from "../package.json" with { type: "json" }

const run = promisify(execFile)

/** Runs pnpm. The error of a failure contains its output. */
export const pnpm = async (cwd: string, ...args: ReadonlyArray<string>): Promise<void> => {
  // Inside a pnpm script, npm_execpath is the running pnpm. Otherwise npx gets the same version.
  const own = process.env["npm_execpath"]
  const isPnpm = own !== undefined && /pnpm[^/\\]*$/.test(own)
  const [command, first] = isPnpm && !/\.[cm]?js$/.test(own) ? [own, []] : ["npx", ["--yes", manifest.packageManager]]
  try {
    await run(command, [...first, ...args], { cwd })
  } catch (error) {
    const output = error instanceof Error && "stdout" in error ? String(error.stdout) : ""
    throw new Error(`pnpm ${args.join(" ")} failed\n${output}`, { cause: error })
  }
}
