import { build } from "rolldown"

/** A program and all that it imports, as one module for a browser. */
export const bundle = async (entry: string): Promise<string> => {
  const { output } = await build({ input: entry, write: false, platform: "browser", output: { format: "esm" } })
  return output[0].code
}
