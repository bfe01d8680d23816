/**
 * Asks the box about the JSON Schemas of deliverables and about the artifacts handed back for them. With promises and
 * without imports, because a chunk that needs a part of Effect would divide the one that a browser loads first.
 */
import type { Artifact, Deliverable, InvalidInput, NotDelivered } from "@aumai/handoff-protocol"

import type { Proof } from "./Proof.ts"
import type { Box } from "./SchemaBox.ts"
import type { SchemaAnswer, SchemaQuestion } from "./SchemaJudge.ts"

const noBox: SchemaAnswer = {
  gaveUp: "this program has no box for JSON Schemas; provide schemaBox of @aumai/handoff/node or @aumai/handoff/browser"
}

const ask = async (box: Box | undefined, question: SchemaQuestion): Promise<SchemaAnswer> =>
  box === undefined ? noBox : box.judge(JSON.stringify(question))

/** The faults of schemas that are not valid or cannot be judged; their handoff could not be completed. */
export const schemaFaults = async (
  box: Box | undefined,
  deliverables: ReadonlyArray<Deliverable>
): Promise<InvalidInput["issues"]> => {
  const issues: Array<InvalidInput["issues"][number]> = []
  for (const [index, { schema }] of deliverables.entries()) {
    if (schema === undefined) continue
    const at = `deliverables[${index}].schema`
    const answer = await ask(box, { schema })
    if ("gaveUp" in answer) {
      issues.push({ path: at, expected: `Expected a JSON Schema that can be judged; ${answer.gaveUp}` })
      // The others may take as long.
      break
    }
    const { faults, more } = answer
    for (const [place, { expected, path }] of faults.entries()) {
      const isLast = place === faults.length - 1 && more > 0
      issues.push({ path: `${at}${path}`, expected: isLast ? `${expected} (and ${more} more faults)` : expected })
    }
  }
  return issues
}

/** A deliverable, and what the box found about its artifact, as a clause. */
interface Finding {
  readonly deliverable: string
  readonly why: string
}

/** The artifacts that do not fit, and the first one that could not be judged. */
interface Verdict {
  readonly misfits: ReadonlyArray<Finding>
  readonly unproven?: Finding
}

const sentenceOf = ({ faults, more }: Extract<SchemaAnswer, { readonly more: number }>): string =>
  faults.map(({ expected, path }) => (path === "" ? expected : `at ${path}: ${expected}`)).join(", ") +
  (more > 0 ? `, and ${more} more` : "")

/** Judges the artifacts that were handed back by value, each by the schema of its deliverable. */
const judgeArtifacts = async (
  box: Box | undefined,
  deliverables: ReadonlyArray<Deliverable>,
  artifacts: ReadonlyArray<Artifact>
): Promise<Verdict> => {
  const misfits: Array<Finding> = []
  for (const { name: deliverable, schema } of deliverables) {
    const artifact = artifacts.find(({ name }) => name === deliverable)
    if (schema === undefined || artifact === undefined || !("content" in artifact)) continue
    const question = { schema, content: artifact.content }
    const answer = await ask(box, question)
    // The others may take as long.
    if ("gaveUp" in answer) return { misfits, unproven: { deliverable, why: answer.gaveUp } }
    if (answer.faults.length === 0) continue
    // The list of all faults may exceed a limit although the first ones are known.
    const whole = await ask(box, { ...question, isDetailed: true })
    misfits.push({ deliverable, why: sentenceOf("gaveUp" in whole ? answer : whole) })
  }
  return { misfits }
}

/** The deliverables whose artifact does not fit its schema or cannot be judged. */
export const contentFaults = async (
  box: Box | undefined,
  deliverables: ReadonlyArray<Deliverable>,
  artifacts: ReadonlyArray<Artifact>
): Promise<NotDelivered["issues"]> => {
  const { misfits, unproven } = await judgeArtifacts(box, deliverables, artifacts)
  const issue =
    (what: string) =>
    ({ deliverable, why }: Finding) => ({ deliverable, expected: `Expected content that ${what} its schema; ${why}` })
  return [...misfits.map(issue("fits")), ...(unproven === undefined ? [] : [issue("can be judged by")(unproven)])]
}

/** Judges artifacts as `complete` does, and says in words what does not hold or could not be judged. */
export const proofOf = async (
  box: Box | undefined,
  deliverables: ReadonlyArray<Deliverable>,
  artifacts: ReadonlyArray<Artifact>
): Promise<Proof> => {
  const { misfits, unproven } = await judgeArtifacts(box, deliverables, artifacts)
  const [misfit] = misfits
  return misfit === undefined
    ? unproven && { unproven: `The artifact ${unproven.deliverable} was not judged by its schema: ${unproven.why}` }
    : { misfit: `The artifact ${misfit.deliverable} does not fit its schema: ${misfit.why}` }
}
