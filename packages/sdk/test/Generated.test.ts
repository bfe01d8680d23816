import { readFileSync } from "node:fs"

import { expect, it } from "vitest"

import { files } from "../tooling/generate.ts"

const generated = [...(await files())]

it.each(generated)("%s is current (else run tooling/generate.ts)", (file, text) => {
  expect(readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8")).toBe(text)
})
