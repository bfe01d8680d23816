/** Consumes events at a location until it is killed, and prints the id of each handoff whose creation it handles. */
import { openHandoffs } from "../../src/node.ts"

const [location = "memory:"] = process.argv.slice(2)
const handoffs = await openHandoffs(location)
await handoffs.on(["Created"], ({ recordId }) => void process.stdout.write(`${recordId}\n`), {
  consumer: "mail",
  lease: 500
})
