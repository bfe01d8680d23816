import { describe, expect, it } from "vitest"

import { violationsOf } from "../import-rules.ts"

const messages = (file: string, text: string): ReadonlyArray<string> =>
  violationsOf(file, text).map(({ line, message }) => `${line}: ${message}`)

describe("import rules", () => {
  it("allow a package to import the layers to its right", () => {
    expect(messages("apps/cli/src/main.ts", `import { FileStore } from "@aumai/handoff-store-file"`)).toEqual([])
    expect(messages("packages/store-file/src/a.ts", `import { laws } from "@aumai/handoff-core/StoreLaws"`)).toEqual([])
    expect(messages("packages/sdk/src/a.ts", `import * as Wire from "@aumai/handoff-protocol"`)).toEqual([])
  })

  it("refuse every kind of import from a layer to the left", () => {
    const text = `/** import x from "@aumai/handoff" */
import type { A } from "@aumai/handoff-core"
export * from "@aumai/handoff-store-file"
const later = import("aumai-handoff"), cli = import("@aumai/handoff")`
    expect(messages("packages/protocol/src/Wire.ts", text)).toEqual([
      `2: imports "@aumai/handoff-core" (core), but protocol may import only: effect`,
      `3: imports "@aumai/handoff-store-file" (stores), but protocol may import only: effect`,
      `4: imports "@aumai/handoff" (server, sdk), but protocol may import only: effect`
    ])
  })

  it("refuse imports between stores", () => {
    expect(messages("packages/store-file/src/a.ts", `import {} from "@aumai/handoff-store-sqlite"`)).toEqual([
      `1: imports "@aumai/handoff-store-sqlite", another store; what stores share belongs in core`
    ])
  })

  it("enforce the order of the folders of a package", () => {
    const file = "packages/protocol/src/model/HandoffRecord.ts"
    expect(messages(file, `import {} from "./HandoffRequest.ts"\nimport {} from "../values/Json.ts"`)).toEqual([])
    expect(messages(file, `\nimport {} from "../wire/Wire.ts"`)).toEqual([
      `2: imports from wire, which stands below it; model may import only from values`
    ])
    expect(messages(file, `import {} from "../index.ts"`)).toEqual([
      `1: imports index.ts, which gathers the folders; import the file itself`
    ])
    expect(messages("packages/protocol/src/odds/A.ts", `import {} from "../values/Json.ts"`)).toEqual([
      `1: the folder odds has no place in packages/protocol; give it one in tooling/import-rules.ts`
    ])
    expect(messages("packages/protocol/src/index.ts", `export * from "./wire/Wire.ts"`)).toEqual([])
    expect(messages("apps/cli/src/commands/List.ts", `import {} from "../OpenStore.ts"`)).toEqual([])
    expect(messages("apps/cli/src/input/Flags.ts", `import {} from "../commands/List.ts"`)).toHaveLength(1)
  })

  it("require imports of Effect module by module in shipped sources", () => {
    expect(messages("packages/core/src/a.ts", `import { Effect } from "effect"`)).toHaveLength(1)
    expect(messages("packages/core/src/a.ts", `import * as Effect from "effect/Effect"`)).toEqual([])
    expect(messages("packages/core/test/a.test.ts", `import { Effect } from "effect"`)).toEqual([])
  })

  it("restrict the board to the SDK", () => {
    const text = `import {} from "@aumai/handoff"
import {} from "@aumai/handoff/browser"
import {} from "react"
import {} from "./effect.ts"
import { isOpen } from "@aumai/handoff-protocol"
import type { Store } from "@aumai/handoff-core/StoreLaws"
import * as Effect from "effect/Effect"`
    const refused = (specifier: string) =>
      `imports "${specifier}", but the board may import only @aumai/handoff; export from there what it needs`
    expect(messages("apps/web/src/a.ts", text)).toEqual([
      `5: ${refused("@aumai/handoff-protocol")}`,
      `6: ${refused("@aumai/handoff-core/StoreLaws")}`,
      `7: ${refused("effect/Effect")}`
    ])
    expect(messages("apps/web/test/a.ts", text)).toEqual([])
    expect(messages("apps/cli/src/a.ts", text)).toEqual([])
  })

  it("refuse imports of files that are not shipped", () => {
    expect(messages("packages/core/src/a.ts", `import {} from "../../protocol/src/Wire.ts"`)).toHaveLength(1)
    expect(messages("packages/core/src/a.ts", `import {} from "../test/fixture.ts"`)).toHaveLength(1)
    expect(messages("packages/core/src/a.ts", `import {} from "../../../tooling/files.ts"`)).toHaveLength(1)
    expect(messages("packages/core/test/a.ts", `import {} from "../../../tooling/files.ts"`)).toEqual([])
    expect(messages("packages/core/tooling/a.ts", `import {} from "../../../tooling/files.ts"`)).toEqual([])
    expect(messages("packages/core/test/a.ts", `import {} from "../../testing/src/seeds.ts"`)).toEqual([])
    expect(messages("packages/core/src/a.ts", `import {} from "../../testing/src/seeds.ts"`)).toHaveLength(1)
  })
})
