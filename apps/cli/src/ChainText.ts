/** The whole that a handoff belongs to, as a tree. */
import type { Chain, ChainLink } from "@aumai/handoff-core"
import { encodeRecord, receiverOf, type RecordId } from "@aumai/handoff-protocol"

import { coloured } from "./RecordText.ts"
import { printable, styled } from "./Text.ts"

/** A link that is still to be drawn: behind what, and with what before those below it. */
interface Pending {
  readonly link: ChainLink
  readonly before: string
  readonly below: string
}

const lineOf = ({ record }: ChainLink, asked: RecordId, isAlone: boolean): string => {
  const { recordId, request, status } = record
  const id = printable(recordId)
  const isAsked = recordId === asked && !isAlone
  return [
    isAsked ? styled("bold", id) : id,
    coloured(status),
    printable(receiverOf(record)),
    printable(request.taskDescription),
    ...(isAsked ? ["<- this one"] : [])
  ].join("  ")
}

/** A line for each member, its parts below it; the one that was asked for is marked. */
export const chainText = ({ isCut, root }: Chain, asked: RecordId): string => {
  const lines: Array<string> = []
  // A stack of our own: a chain may be longer than the engine's.
  const pending: Array<Pending> = [{ link: root, before: "", below: "" }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { below, before, link } = next
    lines.push(`${before}${lineOf(link, asked, root.parts.length === 0)}`)
    for (const [index, part] of [...link.parts.entries()].toReversed()) {
      const isLast = index === link.parts.length - 1
      pending.push({
        link: part,
        before: `${below}${isLast ? "└─ " : "├─ "}`,
        below: `${below}${isLast ? "   " : "│  "}`
      })
    }
  }
  return [...lines, ...(isCut ? ["… and more"] : [])].join("\n")
}

const linkJson = ({ parts, record }: ChainLink): object => ({
  record: encodeRecord(record),
  parts: parts.map(linkJson)
})

/** The same as JSON, nested. */
export const chainJson = ({ isCut, root }: Chain) => ({ root: linkJson(root), is_cut: isCut })
