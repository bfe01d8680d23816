import { limits, type Review } from "@aumai/handoff"

import { durationText } from "../data/Time.ts"
import { Name } from "../ui/Foreign.tsx"

interface Properties {
  readonly review: Review
  readonly sender: string
}

/** The terms of a review in words. */
export const ReviewTerms = ({ review: { escalateTo, reworks, silence, within }, sender }: Properties) => (
  <>
    by <Name>{sender}</Name>
    {within === undefined ? undefined : ` within ${durationText(within)}`}
    {silence === "approves" ? "; then silence approves" : undefined}
    {escalateTo === undefined ? undefined : (
      <>
        ; then by <Name>{escalateTo}</Name>
      </>
    )}
    ; at most {reworks ?? limits.defaultReworks} returns
  </>
)
