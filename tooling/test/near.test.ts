import { describe, expect, it } from "vitest"

import { nearestTo } from "../near.ts"

const files: Readonly<Record<string, string>> = {
  "packages/store-file/src/FileStore.ts": "",
  "packages/store-file/test/FileStore.test.ts": `import { FileStore } from "../src/index.ts"`,
  "packages/store-file/test/FileStore.laws.test.ts": "",
  "packages/store-file/test/Simulation.test.ts": `import { path } from "../src/Paths.ts"`,
  "packages/store-file/test/Limits.test.ts": `import { path } from "../src/Paths.ts"`,
  "packages/store-sqlite/test/FileStore.test.ts": "",
  "apps/cli/test/Work.test.ts": "",
  "apps/cli/test/Work.process.test.ts": "",
  "tooling/test/near.test.ts": ""
}
const near = (file: string) => nearestTo(file, Object.keys(files), (test) => files[test] ?? "")

describe("the tests nearest to a file", () => {
  it("have its name and are in its package", () => {
    expect(near("packages/store-file/src/FileStore.ts")).toEqual({
      tests: ["packages/store-file/test/FileStore.test.ts", "packages/store-file/test/FileStore.laws.test.ts"],
      slow: []
    })
    expect(near("tooling/near.ts").tests).toEqual(["tooling/test/near.test.ts"])
  })

  it("are listed but not run if they start processes, a browser or a database", () => {
    expect(near("apps/cli/src/commands/Work.ts")).toEqual({
      tests: ["apps/cli/test/Work.test.ts"],
      slow: ["apps/cli/test/Work.process.test.ts"]
    })
  })

  it("import it, if none has its name", () => {
    expect(near("packages/store-file/src/Paths.ts")).toEqual({
      tests: ["packages/store-file/test/Limits.test.ts"],
      slow: ["packages/store-file/test/Simulation.test.ts"]
    })
  })

  it("are the file itself if it is a test", () => {
    const file = "packages/store-file/test/Simulation.test.ts"
    expect(near(file)).toEqual({ tests: [file], slow: [] })
  })
})
