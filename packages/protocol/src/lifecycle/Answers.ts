/**
 * Judges the answers that a briefing asks for in its read-back, and the confirmation of the sender. Judged when a verb runs
 * and never in a replay: another version may measure differently, and stored histories stay valid.
 */
import type { Briefing, ReadBack } from "../model/Briefing.ts"
import { InvalidInput } from "../model/HandoffError.ts"
import type { HandoffRecord } from "../model/HandoffRecord.ts"
import { ReadBackRefused } from "../model/ReadBackRefused.ts"
import { verbNames } from "../model/VerbNames.ts"
import { answerFields, unansweredOf } from "./Clocks.ts"
import { mostQuoted, quotedIn } from "./Echo.ts"
import type { Transition } from "./Transitions.ts"

/** The texts of a briefing and its task. */
const textsOf = ({ taskDescription, briefing }: HandoffRecord["request"]): ReadonlyArray<string> => {
  const { actions = [], contingencies = [], situation = {}, summary = "" } = briefing ?? {}
  const { decided = [], known = [], open = [] } = situation
  return [
    taskDescription,
    summary,
    ...actions.map(({ task }) => task),
    ...contingencies.flatMap(({ if: condition, then }) => [condition, then]),
    ...known,
    ...decided,
    ...open
  ]
}

// A text without letters and digits answers nothing. The rule follows the Unicode data of the runtime.
const saysNothing = (text: string | undefined): boolean => text !== undefined && !/[\p{L}\p{N}]/u.test(text)

type Fault = Pick<ReadBackRefused, "missing" | "echoed">

const faultIn = (
  request: HandoffRecord["request"],
  briefing: Briefing,
  given: ReadBack,
  whole: ReadBack
): Fault | undefined => {
  const { actions = [], contingencies = [], readBack: { asks = [] } = {} } = briefing
  const unanswered = unansweredOf(briefing, whole)
  const missing = asks.filter((ask) => unanswered.includes(ask) || saysNothing(whole[answerFields[ask]]))
  const names = [...actions, ...contingencies].map(({ id }) => id)
  const quotedPart = quotedIn({ texts: textsOf(request), names })
  const echoed = asks.flatMap((ask) => {
    const answer = given[answerFields[ask]]
    if (answer === undefined) return []
    const others = asks.flatMap((other) => (other === ask ? [] : (whole[answerFields[other]] ?? [])))
    const quoted = quotedPart(answer, others)
    return quoted > mostQuoted ? [{ ask, quoted }] : []
  })
  return missing.length + echoed.length === 0 ? undefined : { missing, echoed }
}

const checkConfirmation = (
  { actions = [], contingencies = [], readBack: { asks = [] } = {} }: Briefing,
  checked: ReadonlyArray<string> = []
): InvalidInput | undefined => {
  const known: ReadonlyArray<string> = [...asks, ...[...actions, ...contingencies].map(({ id }) => id)]
  if (checked.every((part) => known.includes(part)) && (asks.length === 0 || checked.length > 0)) return undefined
  const expected = `Expected parts of the read-back that you have checked, of ${known.join(", ")}`
  return new InvalidInput({ input: verbNames.Confirmed, issues: [{ path: "checked", expected }] })
}

/**
 * Checks the answers that an event brings, or the confirmation of them; `undefined` if they are allowed. `after` is the
 * record after the event. Every answer that the briefing asks for must be there, and at most half of it may be quoted. A
 * confirmation of answers names what was checked.
 */
export const checkAnswers = (
  { recordId, request, ...after }: HandoffRecord,
  event: Transition
): InvalidInput | ReadBackRefused | undefined => {
  const { briefing } = request
  const whole = "readBack" in after ? after.readBack : undefined
  // Without a briefing, nothing was asked and nothing restated.
  if (briefing === undefined || whole === undefined) return undefined
  if (event._tag === "Confirmed") return checkConfirmation(briefing, event.checked)
  if (!("readBack" in event) || event.readBack === undefined) return undefined
  const fault = faultIn(request, briefing, event.readBack, whole)
  return fault && new ReadBackRefused({ recordId, event: event._tag, ...fault })
}
