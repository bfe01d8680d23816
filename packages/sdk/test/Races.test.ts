import { describe, it } from "vitest"

import { openHandoffs } from "../src/node.ts"
import { race } from "./races.ts"
import { stores, using } from "./stores.ts"

describe.each(stores)("a hundred verbs at once on one handoff in a $name store", (store) => {
  it("all succeed", () => using(store, (handoffs) => race([handoffs])))

  it.runIf(store.isShared)("all succeed from two clients", () =>
    using(store, async (handoffs, location) => {
      await using other = await openHandoffs(location)
      await race([handoffs, other])
    })
  )
})
