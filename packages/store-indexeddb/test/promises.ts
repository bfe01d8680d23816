/** Records the commits acknowledged to the lanes of `tab.ts`, and finds those that a store has lost. */
import type { Contents, Report } from "./programs/tab.ts"

export const makePromises = () => {
  const steps = new Map<string, number>()
  return {
    hear: (report: Report): void => {
      if ("step" in report) steps.set(report.lane, report.step)
    },
    /** The number of acknowledged commits. */
    count: (): number => [...steps.values()].reduce((sum, step) => sum + step + 1, 0),
    /** Drops the acknowledgements so far, after the store has reported their loss. */
    release: (): void => steps.clear(),
    /** The contradictions between the acknowledgements and these contents. */
    broken: ({ entries, records, tally }: Contents): ReadonlyArray<string> => {
      const broken: Array<string> = []
      const revisions = new Map<string, number>()
      for (const [id, revision] of entries) {
        if (revision !== (revisions.get(id) ?? 0) + 1) broken.push(`${id} has revision ${revision} out of order`)
        revisions.set(id, revision)
      }
      for (const [id, revision] of records) {
        if (revisions.get(id) !== revision) broken.push(`${id} is at ${revision}, its log at ${revisions.get(id)}`)
      }
      if (records.length !== revisions.size) broken.push(`${revisions.size} in the log, ${records.length} states`)
      const pending = [...revisions.values()].filter((revision) => revision === 1).length
      if ((tally["pending"] ?? 0) !== pending)
        broken.push(`${tally["pending"]} counted as pending instead of ${pending}`)
      for (const [lane, step] of steps) {
        for (let at = 0; at <= step; at += 1) {
          if (!revisions.has(`${lane}.${at}`)) broken.push(`lost: ${lane}.${at} of ${step}`)
        }
      }
      for (const id of revisions.keys()) {
        const [, lane = "", step = ""] = /^(.*)\.(\d+)$/.exec(id) ?? []
        const follower = revisions.has(`${lane}.${Number(step) + 1}`)
        // Each commit accepts the previous handoff, so half a commit shows up here.
        if ((revisions.get(id) === 2) !== follower) broken.push(`half a commit: ${id}`)
      }
      return broken
    }
  }
}
