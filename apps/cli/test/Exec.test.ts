import { describe, expect, it } from "vitest"

import { errorIn } from "../src/Exec.ts"

describe("the error on standard error", () => {
  it.each([
    ["nothing", "", ""],
    ["one line", "No ledger\n", "No ledger"],
    ["the last of several lines", "Reading\nNo ledger\n\n", "No ledger"],
    ["lines of Windows, and progress on one line", "10 %\r20 %\r\nNo ledger\r\n", "No ledger"],
    ["indented lines alone", "  No ledger\n  at all\n", "No ledger at all"],
    [
      "an error of Python",
      "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    f()\nKeyError: 'ledger'\n",
      "KeyError: 'ledger'"
    ],
    [
      "an error of Node with its code and cause",
      "file:///a.mjs:1\nthrow e\n^\n\nError: No report\n    at file:///a.mjs:1:7 {\n  code: 'E42',\n" +
        "  [cause]: TypeError: closed\n      at file:///a.mjs:1:9\n      ... 2 lines matching cause stack trace ...\n" +
        "}\n\nNode.js v24.21.0\n",
      "Error: No report code: 'E42', [cause]: TypeError: closed"
    ],
    ["an error of Bun", "error: No report\n      at /a.ts:1:7\n\nBun v1.3.0 (Linux x64)\n", "error: No report"]
  ])("is found in %s", (_, stderr, error) => {
    expect(errorIn(stderr)).toBe(error)
  })
})
