import type { Handoffs } from "./Handoffs.ts"

const members: ReadonlyArray<keyof Handoffs> = [
  "create",
  "accept",
  "start",
  "progress",
  "ask",
  "answer",
  "release",
  "complete",
  "reject",
  "fail",
  "cancel",
  "get",
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
