/** The fields of a new handoff that ask for a review of the work. */
import { limits, type Review } from "@aumai/handoff"

import { Field } from "../ui/Field.tsx"

/** The typed terms of a review. */
export interface ReviewDraft {
  readonly isReviewed: boolean
  readonly hours: string
  readonly escalateTo: string
  readonly reworks: string
}

export const noReview: ReviewDraft = { isReviewed: false, hours: "", escalateTo: "", reworks: "" }

const hour = 3_600_000

/** The terms of the review; `undefined` without one. */
export const reviewOf = ({ escalateTo, hours, isReviewed, reworks }: ReviewDraft): Review | undefined => {
  if (!isReviewed) return undefined
  const silence: Review = escalateTo === "" ? { silence: "approves" } : { silence: "escalates", escalateTo }
  return {
    ...(hours === "" ? {} : { within: Math.round(Number(hours) * hour), ...silence }),
    ...(reworks === "" ? {} : { reworks: Number(reworks) })
  }
}

interface Properties {
  readonly draft: ReviewDraft
  readonly change: (draft: ReviewDraft) => void
  /** The id of the list of known names. */
  readonly names: string
}

export const ReviewFields = ({ draft, change, names }: Properties) => {
  const put = (part: Partial<ReviewDraft>) => change({ ...draft, ...part })
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={draft.isReviewed}
          onChange={(event) => put({ isReviewed: event.target.checked })}
        />
        Approve or return the work before it is completed
      </label>
      {draft.isReviewed ? (
        <>
          <Field label="Hours for the review (optional)">
            {(id) => (
              <input
                id={id}
                type="number"
                min={0.01}
                step="any"
                max={limits.durationMilliseconds / hour}
                placeholder="no limit"
                value={draft.hours}
                onChange={(event) => put({ hours: event.target.value })}
              />
            )}
          </Field>
          {draft.hours === "" ? undefined : (
            <Field label="Reviewer after that time (optional)">
              {(id) => (
                <input
                  id={id}
                  list={names}
                  autoComplete="off"
                  placeholder="none: silence approves"
                  value={draft.escalateTo}
                  onChange={(event) => put({ escalateTo: event.target.value })}
                />
              )}
            </Field>
          )}
          <Field label={`Returns, 0 to ${limits.reworks} (optional)`}>
            {(id) => (
              <input
                id={id}
                type="number"
                min={0}
                max={limits.reworks}
                placeholder={String(limits.defaultReworks)}
                value={draft.reworks}
                onChange={(event) => put({ reworks: event.target.value })}
              />
            )}
          </Field>
        </>
      ) : undefined}
    </>
  )
}
