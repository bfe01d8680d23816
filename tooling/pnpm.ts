import { execFile } from "node:child_process"
import { promisify } from "node:util"

const run = promisify(execFile)

/** Runs pnpm; what it printed is in the error when it fails. */
export const pnpm = async (cwd: string, ...args: ReadonlyArray<string>): Promise<void> => {
  // Inside a pnpm script this names the very pnpm that runs it; otherwise npx brings the same major.
  const own = process.env["npm_execpath"]
  const isPnpm = own !== undefined && /pnpm[^/\\]*$/.test(own)
  const [command, first] = isPnpm && !/\.[cm]?js$/.test(own) ? [own, []] : ["npx", ["--yes", "pnpm@12"]]
  try {
    await run(command, [...first, ...args], { cwd })
  } catch (error) {
    const output = error instanceof Error && "stdout" in error ? String(error.stdout) : ""
    throw new Error(`pnpm ${args.join(" ")} failed\n${output}`, { cause: error })
  }
}
