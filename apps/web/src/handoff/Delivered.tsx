/** The demanded deliverables, the delivered artifacts, and their evidence. */
import { type Artifact, type Deliverable, type Evidence, type HandoffRecord, isOpen } from "@aumai/handoff"

import { momentText } from "../data/Time.ts"
import { Foreign, Name } from "../ui/Foreign.tsx"
import { JsonTree } from "../ui/JsonTree.tsx"
import { Panel } from "../ui/Panel.tsx"
import { Artifacts } from "./Artifacts.tsx"

/** The state of a deliverable, with the status whose colour it has. */
const stateOf = (handoff: HandoffRecord, isThere: boolean): readonly [status: string, word: string] =>
  isThere ? ["completed", "Delivered"] : isOpen(handoff.status) ? ["pending", "Awaited"] : ["cancelled", "Missing"]

interface DeliverableProperties {
  readonly handoff: HandoffRecord
  readonly deliverable: Deliverable
  readonly artifacts: ReadonlyArray<Artifact>
}

const DeliverableLine = ({ handoff, deliverable, artifacts }: DeliverableProperties) => {
  const { digest, mediaType, name, schema } = deliverable
  const [status, word] = stateOf(
    handoff,
    artifacts.some((artifact) => artifact.name === name)
  )
  return (
    <li>
      <span className="key">
        <Name>{name}</Name>
      </span>{" "}
      <span className="status" data-status={status}>
        {word}
      </span>{" "}
      {mediaType === undefined ? undefined : (
        <span className="nothing">
          <Name>{mediaType}</Name>
        </span>
      )}
      {digest === undefined ? undefined : (
        <p className="nothing">
          SHA-256 <code>{digest}</code>
        </p>
      )}
      {schema === undefined ? undefined : (
        <details>
          <summary>JSON Schema</summary>
          <JsonTree value={schema} />
        </details>
      )}
    </li>
  )
}

const gradeWords: Readonly<Record<Evidence["grade"], string>> = {
  claimed: "Claimed",
  observed: "Observed",
  verified: "Verified",
  endorsed: "Endorsed"
}

interface EvidenceProperties {
  readonly evidence: ReadonlyArray<Evidence>
  readonly sender: string
}

const EvidenceList = ({ evidence, sender }: EvidenceProperties) => (
  <ul className="evidence">
    {[...evidence.entries()].map(([index, { at, by, digest, grade, of, statement, uri }]) => (
      <li key={index}>
        <p>
          <span className="status" data-grade={grade}>
            {gradeWords[grade]}
          </span>{" "}
          <span className="leaf">
            <Foreign>{statement}</Foreign>
          </span>
        </p>
        <p className="nothing">
          {of === undefined ? undefined : (
            <>
              <Name>{of}</Name>,{" "}
            </>
          )}
          {grade === "verified" ? "checked by" : "stated by"} <Name>{by}</Name>
          {by === sender ? ", the sender" : ""}, {momentText(at)}
        </p>
        {uri === undefined ? undefined : (
          <p className="nothing">
            <code>
              <Name>{uri}</Name>
            </code>
          </p>
        )}
        {digest === undefined ? undefined : (
          <p className="nothing">
            SHA-256 <code>{digest}</code>
          </p>
        )}
      </li>
    ))}
  </ul>
)

export const Delivered = ({ handoff }: { readonly handoff: HandoffRecord }) => {
  const { deliverables = [] } = handoff.request
  const artifacts = "artifacts" in handoff ? handoff.artifacts : []
  const evidence = "evidence" in handoff ? handoff.evidence : []
  return (
    <>
      {deliverables.length === 0 ? undefined : (
        <Panel title="Deliverables">
          <ul className="artifacts">
            {deliverables.map((deliverable) => (
              <DeliverableLine
                key={deliverable.name}
                handoff={handoff}
                deliverable={deliverable}
                artifacts={artifacts}
              />
            ))}
          </ul>
        </Panel>
      )}
      {artifacts.length === 0 ? undefined : (
        <Panel title="Artifacts">
          <Artifacts handoff={handoff} artifacts={artifacts} />
        </Panel>
      )}
      {evidence.length === 0 ? undefined : (
        <Panel title="Evidence">
          <EvidenceList evidence={evidence} sender={handoff.request.fromAgent} />
        </Panel>
      )}
    </>
  )
}
