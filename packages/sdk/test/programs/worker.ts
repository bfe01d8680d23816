/** A worker that is made to be killed: works at a location until it is told to stop. */
import { openHandoffs } from "../../src/node.ts"

const [location = "memory:", lease = "1000"] = process.argv.slice(2)
const stop = new AbortController()
process.on("SIGTERM", () => stop.abort())
const handoffs = await openHandoffs(location)
await handoffs.work(
  "executor",
  async ({ attempt, revision }) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
    return { attempt, begun: revision, pid: process.pid }
  },
  { concurrency: 4, lease: Number(lease), grace: 2000, signal: stop.signal }
)
await handoffs.close()
