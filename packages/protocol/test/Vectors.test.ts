import { readdirSync, readFileSync } from "node:fs"

import { assert, describe, it } from "@effect/vitest"

import { HandoffStatus, transitions } from "../src/index.ts"
import { files } from "../tooling/generate.ts"
import { run, type Vector } from "../tooling/run-vector.ts"

const home = new URL("../", import.meta.url)
const read = (path: string) => readFileSync(new URL(path, home), "utf8")

for (const name of readdirSync(new URL("vectors", home))) {
  const { cases } = JSON.parse(read(`vectors/${name}`)) as { readonly cases: ReadonlyArray<Vector> } // The cast is safe because the generator writes it.
  describe(`vectors/${name}`, () => {
    it.each(cases)("$name", ({ question, expected }) => {
      assert.deepStrictEqual(JSON.parse(JSON.stringify(run(question))), expected)
    })
  })
}

describe("the vectors", () => {
  it("cover every event on every status", () => {
    const asked = ["lifecycle", "refusals"].flatMap((theme) =>
      [...read(`vectors/${theme}.json`).matchAll(/"name": "(\w+ on \w+)"/g)].map(([, name = ""]) => name)
    )
    const pairs = HandoffStatus.literals.flatMap((status) =>
      [...Object.keys(transitions), "Created"].map((tag) => `${tag} on ${status}`)
    )
    assert.includeMembers(asked, pairs)
  })
})

describe("generated files", () => {
  it.each([...files().keys()])("%s is current (else run tooling/generate.ts)", (path) => {
    assert.isTrue(read(path) === files().get(path))
  })
})
