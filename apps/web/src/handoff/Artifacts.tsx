import { type Artifact, describeReference, type HandoffRecord } from "@aumai/handoff"
import { useState } from "react"

import { Foreign, Name } from "../ui/Foreign.tsx"
import { JsonTree } from "../ui/JsonTree.tsx"
import { Fact } from "../ui/Panel.tsx"
import { Sentences } from "../ui/Sentences.tsx"
import { beginningOf } from "../words/Words.ts"

// Characters shown of a text at first; it may have 1 MiB.
const room = 4000

const LongText = ({ text }: { readonly text: string }) => {
  const [isWhole, setIsWhole] = useState(false)
  return (
    <>
      <p className="leaf made">
        <Foreign>{isWhole ? text : beginningOf(text, room)}</Foreign>
      </p>
      {isWhole || text.length <= room ? undefined : (
        <button type="button" className="small" onClick={() => setIsWhole(true)}>
          Show all {text.length.toLocaleString()} characters
        </button>
      )}
    </>
  )
}

const Content = ({ artifact }: { readonly artifact: Artifact }) => {
  if ("content" in artifact)
    return typeof artifact.content === "string" ? (
      <LongText text={artifact.content} />
    ) : (
      <JsonTree value={artifact.content} />
    )
  // The URI is not a link because an agent may write any address.
  return (
    <dl className="facts">
      <Fact name="Location">
        <code>
          <Name>{artifact.uri}</Name>
        </code>
      </Fact>
      <Fact name="Size">{artifact.size.toLocaleString()} bytes</Fact>
      <Fact name="SHA-256">
        <code>{artifact.digest}</code>
      </Fact>
    </dl>
  )
}

const ArtifactLine = ({ handoff, artifact }: { readonly handoff: HandoffRecord; readonly artifact: Artifact }) => {
  const [isOpen, setIsOpen] = useState(false)
  const checked = describeReference(handoff, artifact)
  return (
    <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        <span className="key">
          <Name>{artifact.name}</Name>
        </span>{" "}
        <span className="nothing">
          {"uri" in artifact ? "by reference" : "by value"}
          {artifact.mediaType === undefined ? undefined : (
            <>
              , <Name>{artifact.mediaType}</Name>
            </>
          )}
          {checked === undefined ? undefined : (
            <>
              , <Sentences sentences={[checked]} />
            </>
          )}
        </span>
      </summary>
      {isOpen ? <Content artifact={artifact} /> : undefined}
    </details>
  )
}

interface Properties {
  readonly handoff: HandoffRecord
  readonly artifacts: ReadonlyArray<Artifact>
}

/** Artifacts, each with its content, or with its location if it is stored elsewhere. */
export const Artifacts = ({ handoff, artifacts }: Properties) => (
  <ul className="artifacts">
    {artifacts.map((artifact) => (
      <li key={artifact.name}>
        <ArtifactLine handoff={handoff} artifact={artifact} />
      </li>
    ))}
  </ul>
)
