import { limits, rerouteTerms } from "@aumai/handoff"
import { type FormEvent, useId } from "react"

import { useBoard } from "../data/Context.ts"
import { useDraft } from "../data/Draft.ts"
import { hrefOf } from "../data/Route.ts"
import { me } from "../data/Setting.ts"
import { type BriefingDraft, BriefingFields, briefingOf, noBriefing } from "../moves/BriefingFields.tsx"
import { type DeliverableDraft, DeliverableFields, deliverablesOf } from "../moves/DeliverableFields.tsx"
import { OutcomeText, useOutcome } from "../moves/Outcome.tsx"
import { type ReviewDraft, ReviewFields, noReview, reviewOf } from "../moves/ReviewFields.tsx"
import { Preview, requiring } from "../moves/RoutingPreview.tsx"
import { Field } from "../ui/Field.tsx"
import { Heading } from "../ui/Heading.tsx"
import { Names } from "../ui/Names.tsx"
import { jsonOf } from "../words/JsonText.ts"

/** The typed content of the form. */
interface Written {
  readonly sender: string
  readonly receiver: string
  readonly task: string
  readonly requires: string
  readonly priority: string
  readonly deadline: string
  readonly acceptBy: string
  readonly attempts: string
  readonly hops: string
  readonly isRerouted: boolean
  readonly briefing: BriefingDraft
  readonly deliverables: ReadonlyArray<DeliverableDraft>
  readonly review: ReviewDraft
  readonly context: string
  readonly parent: string
  readonly id: string
}

const empty: Written = {
  sender: "",
  receiver: "",
  task: "",
  requires: "",
  priority: "5",
  deadline: "",
  acceptBy: "",
  attempts: "",
  hops: "",
  isRerouted: false,
  briefing: noBriefing,
  deliverables: [],
  review: noReview,
  context: "",
  parent: "",
  id: ""
}

/** The form for a new handoff, which may be a part of another one. */
export const CreatePage = ({ parent = "" }: { readonly parent: string | undefined }) => {
  const { handoffs } = useBoard()
  const known = useId()
  const [draft, change, forget] = useDraft<Written>(`new ${parent}`, () => ({ ...empty, sender: me.get(), parent }))
  const [outcome, perform] = useOutcome()

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void perform(async () => {
      // Reports a mistyped id. The store accepts it, because a parent may be created later.
      if (draft.parent !== "") await handoffs.get(draft.parent)
      const { recordId } = await handoffs.create(
        {
          fromAgent: draft.sender,
          ...(draft.receiver === "" ? requiring(draft.requires) : { toAgent: draft.receiver }),
          taskDescription: draft.task,
          context: jsonOf("context", draft.context),
          priority: Number(draft.priority),
          deadline: draft.deadline === "" ? undefined : new Date(draft.deadline),
          acceptBy: draft.acceptBy === "" ? undefined : new Date(draft.acceptBy),
          maxAttempts: draft.attempts === "" ? undefined : Number(draft.attempts),
          maxHops: draft.hops === "" ? undefined : Number(draft.hops),
          reroute: draft.isRerouted ? true : undefined,
          briefing: briefingOf(draft.briefing),
          deliverables: deliverablesOf(draft.deliverables),
          review: reviewOf(draft.review),
          parent: draft.parent === "" ? undefined : draft.parent
        },
        draft.id === "" ? {} : { id: draft.id }
      )
      forget()
      location.hash = hrefOf(recordId)
      return undefined
    })
  }

  return (
    <>
      <Heading title="New handoff" />
      <form className="panel form" onSubmit={submit} aria-label="New handoff">
        <Names id={known} />
        <div className="pair">
          <Field label="Sender">
            {(id) => (
              <input
                id={id}
                list={known}
                required
                autoComplete="off"
                value={draft.sender}
                onChange={(event) => change({ sender: event.target.value })}
              />
            )}
          </Field>
          <Field label="Receiver">
            {(id) => (
              <input
                id={id}
                list={known}
                autoComplete="off"
                placeholder="chosen by the router"
                value={draft.receiver}
                onChange={(event) => change({ receiver: event.target.value })}
              />
            )}
          </Field>
        </div>
        <Field label="Task">
          {(id) => (
            <textarea
              id={id}
              required
              rows={3}
              value={draft.task}
              onChange={(event) => change({ task: event.target.value })}
            />
          )}
        </Field>
        {draft.receiver === "" ? (
          <>
            <Field label="Required capabilities, separated by commas (optional)">
              {(id) => (
                <input
                  id={id}
                  autoComplete="off"
                  value={draft.requires}
                  onChange={(event) => change({ requires: event.target.value })}
                />
              )}
            </Field>
            <p className="note" role="status" aria-label="Routing preview">
              <Preview fromAgent={draft.sender} task={draft.task} requires={draft.requires} />
            </p>
          </>
        ) : undefined}
        <div className="pair">
          <Field label="Priority, 1 to 10">
            {(id) => (
              <input
                id={id}
                type="number"
                min={1}
                max={10}
                required
                value={draft.priority}
                onChange={(event) => change({ priority: event.target.value })}
              />
            )}
          </Field>
          <Field label="Deadline (optional)">
            {(id) => (
              <input
                id={id}
                type="datetime-local"
                value={draft.deadline}
                onChange={(event) => change({ deadline: event.target.value })}
              />
            )}
          </Field>
        </div>
        <div className="pair">
          <Field label={`Attempts, 1 to ${limits.attempts} (optional)`}>
            {(id) => (
              <input
                id={id}
                type="number"
                min={1}
                max={limits.attempts}
                placeholder={String(limits.defaultAttempts)}
                value={draft.attempts}
                onChange={(event) => change({ attempts: event.target.value })}
              />
            )}
          </Field>
          <Field label="Accept by (optional)">
            {(id) => (
              <input
                id={id}
                type="datetime-local"
                value={draft.acceptBy}
                onChange={(event) => change({ acceptBy: event.target.value })}
              />
            )}
          </Field>
        </div>
        <Field label="Context, as JSON (optional)">
          {(id) => (
            <textarea
              id={id}
              className="code"
              rows={5}
              placeholder='{ "patient": "M. R.", "bed": "ER 2" }'
              value={draft.context}
              onChange={(event) => change({ context: event.target.value })}
            />
          )}
        </Field>
        <details className="fold">
          <summary>Briefing: what the receiver must know</summary>
          <div>
            <BriefingFields draft={draft.briefing} change={(briefing) => change({ briefing })} names={known} />
          </div>
        </details>
        <details className="fold">
          <summary>Deliverables: what the receiver must deliver</summary>
          <div>
            <DeliverableFields drafts={draft.deliverables} change={(deliverables) => change({ deliverables })} />
          </div>
        </details>
        <details className="fold">
          <summary>Review: approve the work before it is completed</summary>
          <div>
            <ReviewFields draft={draft.review} change={(review) => change({ review })} names={known} />
          </div>
        </details>
        <details className="fold">
          <summary>Forwarding and re-routing</summary>
          <div>
            <Field label={`Hops, 0 to ${limits.hops} (optional)`}>
              {(id) => (
                <input
                  id={id}
                  type="number"
                  min={0}
                  max={limits.hops}
                  placeholder={String(limits.defaultHops)}
                  value={draft.hops}
                  onChange={(event) => change({ hops: event.target.value })}
                />
              )}
            </Field>
            <label className="check">
              <input
                type="checkbox"
                checked={draft.isRerouted}
                onChange={(event) => change({ isRerouted: event.target.checked })}
              />
              Re-route {rerouteTerms}
            </label>
          </div>
        </details>
        <details className="fold" open={parent !== ""}>
          <summary>Parent and custom id</summary>
          <div>
            <div className="pair">
              <Field label="Id of the parent (optional)">
                {(id) => (
                  <input
                    id={id}
                    autoComplete="off"
                    value={draft.parent}
                    onChange={(event) => change({ parent: event.target.value })}
                  />
                )}
              </Field>
              <Field label="Custom id (optional)">
                {(id) => (
                  <input
                    id={id}
                    autoComplete="off"
                    placeholder="generated"
                    value={draft.id}
                    onChange={(event) => change({ id: event.target.value })}
                  />
                )}
              </Field>
            </div>
          </div>
        </details>
        <OutcomeText {...outcome} />
        <div className="actions">
          <button type="submit" className="primary" aria-disabled={outcome.isBusy}>
            Create handoff
          </button>
          <button type="button" onClick={forget}>
            Clear the form
          </button>
        </div>
      </form>
    </>
  )
}
