/** The runtimes that programs are tested in, besides browsers. */
import { join } from "node:path"

const bin = join(import.meta.dirname, "../../../node_modules/.bin")

/** A runtime: its program, and the arguments before the program that it runs. */
export interface Runtime {
  readonly name: string
  readonly executable: string
  readonly options: ReadonlyArray<string>
}

export const runtimes: ReadonlyArray<Runtime> = [
  { name: "Node", executable: process.execPath, options: [] },
  { name: "Bun", executable: join(bin, "bun"), options: [] },
  { name: "Deno", executable: join(bin, "deno"), options: ["run", "--allow-all", "--no-lock"] }
]
