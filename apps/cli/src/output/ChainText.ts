/** The whole that a handoff belongs to, as a tree. */
import type { Chain, ChainLink } from "@aumai/handoff-core"
import { encodeRecord, receiverOf, type RecordId } from "@aumai/handoff-protocol"

import { coloured } from "./RecordText.ts"
import { printable, styled } from "./Text.ts"

/** A link that is still to be drawn: behind what, with what before those below it, and how deep. */
interface Pending {
  readonly link: ChainLink
  readonly before: string
  readonly below: string
  readonly depth: number
}

// Levels that are drawn further and further to the right; those below say how deep they are.
const deepest = 16

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
  const pending: Array<Pending> = [{ link: root, before: "", below: "", depth: 0 }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { below, before, depth, link } = next
    lines.push(`${before}${depth > deepest ? `(${depth}) ` : ""}${lineOf(link, asked, root.parts.length === 0)}`)
    for (const [index, part] of [...link.parts.entries()].toReversed()) {
      const isLast = index === link.parts.length - 1
      pending.push({
        link: part,
        before: `${below}${isLast ? "└─ " : "├─ "}`,
        below: depth < deepest ? `${below}${isLast ? "   " : "│  "}` : below,
        depth: depth + 1
      })
    }
  }
  return [...lines, ...(isCut ? ["… and more"] : [])].join("\n")
}

/** The same as JSON, nested: written piece by piece, for the same reason. */
export const chainJson = ({ isCut, root }: Chain): string => {
  let json = `{"root":`
  const pending: Array<ChainLink | string> = [root]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") {
      json += next
      continue
    }
    json += `{"record":${JSON.stringify(encodeRecord(next.record))},"parts":[`
    pending.push("]}")
    for (const [index, part] of [...next.parts.entries()].toReversed()) {
      pending.push(part)
      if (index > 0) pending.push(",")
    }
  }
  return `${json},"is_cut":${isCut}}`
}
