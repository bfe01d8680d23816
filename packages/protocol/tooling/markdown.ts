/** Writes Markdown as the formatter does, so that generated pages pass its check. */

export const code = (text: string): string => `\`${text}\``

export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

/** Pads every table of a page as the formatter does. */
export const aligned = (text: string): string =>
  text.replaceAll(/(?:^\|.*\|\n)+/gm, (block) => {
    const rows = block
      .trimEnd()
      .split("\n")
      .map((line) =>
        line
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim())
      )
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0), 3))
    const lines = rows.map((cells) =>
      widths.map((width, column) => {
        const cell = cells[column] ?? ""
        return cell === "---" ? "-".repeat(width) : cell.padEnd(width)
      })
    )
    return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("")
  })
