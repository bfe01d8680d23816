import { BaseSequencer, type TestSpecification } from "vitest/node"

// The files that took more than a minute each, the longest first. A fresh clone has no durations to sort by, and the last
// of these alone would keep one worker busy for minutes while the others have nothing left.
const longest = [
  "packages/testing/test/Attacks.test.ts",
  "packages/store-file/test/Faults.test.ts",
  "packages/store-file/test/Processes.test.ts",
  "apps/cli/test/Work.process.test.ts",
  "apps/web/test/Trouble.test.ts",
  "apps/web/test/Pages.test.ts",
  "apps/web/test/Access.test.ts",
  "packages/store-sqlite/test/Processes.test.ts",
  "packages/store-sqlite/test/Away.test.ts",
  "apps/web/test/Board.test.ts",
  "tooling/test/doc-examples.test.ts"
]

const rank = ({ moduleId }: TestSpecification): number => {
  const index = longest.findIndex((path) => moduleId.endsWith(path))
  return index === -1 ? longest.length : index
}

/** Starts the longest test files first; the others follow in the order of Vitest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the method of a sequencer, not of an array
    const usual = await super.sort(files)
    return usual.toSorted((a, b) => rank(a) - rank(b))
  }
}
