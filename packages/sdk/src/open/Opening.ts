import type { Handoffs } from "../types/Handoffs.ts"

const members: ReadonlyArray<keyof Handoffs> = [
  "create",
  "delegate",
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
  "reject",
  "fail",
  "cancel",
  "get",
  "find",
  "chain",
  "where",
  "list",
  "listAll",
  "history",
  "inbox",
  "claim",
  "work",
  "changes",
  "sweep",
  "export",
  "import",
  "verify",
  "metrics",
  "agents",
  "route",
  "close"
]

/** The promise itself, which says what is missing when it is used as if it were the client. */
export const remindful = (opening: Promise<Handoffs>): Promise<Handoffs> => {
  for (const member of members) {
    void Object.defineProperty(opening, member, {
      get: (): never => {
        throw new TypeError("openHandoffs(…) gives a promise; write: const handoffs = await openHandoffs(…)")
      }
    })
  }
  return opening
}
