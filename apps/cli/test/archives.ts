import { writeFileSync } from "node:fs"

import type { Cli } from "./command.ts"
import { on } from "./telling.ts"

/** The output of list for a store without handoffs. */
export const none = "No handoff records found\n"

/** Writes, exports and imports archives in the directory of a command. */
export const archivesOn = (cli: Cli) => {
  const write = (name: string, content: unknown): void =>
    writeFileSync(
      cli.path(name),
      typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content)
    )
  const imported = (file: string, store: string, stdin = "", ...words: ReadonlyArray<string>) =>
    cli.run(["import", "--file", file, "--store", store, ...words], { stdin })
  const listed = async (store: string) => (await cli.run(["list", "--store", store])).stdout

  /** Fills a store with two agents, of which one signs, and a handoff between them. */
  const lived = async (store: string): Promise<void> => {
    const { done } = on(cli, store)
    const { public_key } = JSON.parse(await done("keygen", "--json", "--out", `${store}.key`)) as { public_key: string }
    const signing = ["--public-key", public_key, "--key", `executor=${store}.key`]
    await done("agents", "register", "--id", "executor", "--capability", "analyze", ...signing)
    await done("agents", "register", "--id", "carol", "--capability", "draw", "--capacity", "3")
    await cli.create(store, { id: "q3" })
    await done("accept", "--id", "q3", "--key", `executor=${store}.key`)
  }
  const agentsOf = async (store: string) => JSON.parse(await on(cli, store).done("agents", "list", "--json")) as unknown

  return { agentsOf, imported, listed, lived, write }
}
