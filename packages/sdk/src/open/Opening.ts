import type { Handoffs } from "../types/Handoffs.ts"

const members: ReadonlyArray<keyof Handoffs> = [
  "create",
  "createAndWait",
  "delegate",
  "reopen",
  "accept",
  "restate",
  "confirm",
  "start",
  "progress",
  "ask",
  "answer",
  "release",
  "forward",
  "attest",
  "complete",
  "approve",
  "return",
  "reject",
  "fail",
  "cancel",
  "get",
  "find",
  "chain",
  "where",
  "result",
  "list",
  "listAll",
  "history",
  "inbox",
  "claim",
  "work",
  "changes",
  "on",
  "sweep",
  "export",
  "import",
  "archive",
  "purge",
  "verify",
  "checkpoint",
  "metrics",
  "agents",
  "route",
  "close"
]

/** Adds members to the promise that throw an error about the missing `await`. */
export const withAwaitReminder = (opening: Promise<Handoffs>): Promise<Handoffs> => {
  for (const member of members) {
    void Object.defineProperty(opening, member, {
      get: (): never => {
        throw new TypeError("openHandoffs(…) returns a promise; write: const handoffs = await openHandoffs(…)")
      }
    })
  }
  return opening
}
