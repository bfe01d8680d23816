/** Prints the chain that a handoff belongs to, as a tree or as nested JSON. */
import type { Chain, ChainLink } from "@aumai/handoff-core"
import { encodeRecord, receiverOf, type RecordId } from "@aumai/handoff-protocol"

import { coloured } from "./RecordText.ts"
import { jsonText, printable, styled } from "./Text.ts"

/** A link that is still to be drawn, with the prefixes of its line and of the lines below it, and its depth. */
interface Pending {
  readonly link: ChainLink
  readonly before: string
  readonly below: string
  readonly depth: number
}

// Levels that are indented; deeper lines print their depth as a number.
const deepest = 16

const lineOf = ({ isDelegated, record }: ChainLink, asked: RecordId, isAlone: boolean): string => {
  const { recordId, request, status } = record
  const id = printable(recordId)
  const isAsked = recordId === asked && !isAlone
  return [
    isAsked ? styled("bold", id) : id,
    coloured(status),
    printable(receiverOf(record)),
    printable(request.taskDescription),
    ...(isDelegated ? [] : [styled("dim", "(names it as parent)")]),
    ...(isAsked ? ["<- this one"] : [])
  ].join("  ")
}

/** One line for each member with its parts below it; the requested one is marked. */
export const chainText = ({ isCut, root }: Chain, asked: RecordId): string => {
  const lines: Array<string> = []
  // An explicit stack, because a chain may be deeper than the call stack of the JavaScript engine.
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

/** The chain as nested JSON, written with an explicit stack for the same reason. */
export const chainJson = ({ isCut, root }: Chain): string => {
  let json = `{"root":`
  const pending: Array<ChainLink | string> = [root]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") {
      json += next
      continue
    }
    json += `{"record":${jsonText(encodeRecord(next.record))},"is_delegated":${next.isDelegated},"parts":[`
    pending.push("]}")
    for (const [index, part] of [...next.parts.entries()].toReversed()) {
      pending.push(part)
      if (index > 0) pending.push(",")
    }
  }
  return `${json},"is_cut":${isCut}}`
}
