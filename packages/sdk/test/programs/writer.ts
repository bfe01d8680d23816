/** Writes to a store until its standard input ends, and prints a line once it has begun. */
import { openHandoffs } from "../../src/node.ts"
import { writeUntil } from "../writing.ts"

const [location = "memory:", seed = "1"] = process.argv.slice(2)
const stop = new AbortController()
process.stdin.on("end", () => stop.abort()).resume()
await using handoffs = await openHandoffs(location)
const writing = writeUntil(handoffs, Number(seed), stop.signal)
console.log("writing")
await writing
