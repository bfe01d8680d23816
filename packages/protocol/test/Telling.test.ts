import { assert, describe, it } from "@effect/vitest"

import {
  describeAttempt,
  describeEvent,
  describeLease,
  describeOutcome,
  describeProgress,
  describeReference,
  describeResponse,
  describeTimer,
  describeTurn,
  digestOf,
  type HandoffEvent,
  render,
  type Sentence
} from "../src/index.ts"
import { asked, at, continued, follow, moves, receiver, sender, states, successor, trailOf } from "./samples.ts"

/** Shows each kind of data in its own brackets, so that tests can tell data from words. */
const text = (sentence: Sentence): string =>
  render(sentence, {
    said: (text) => `“${text}”`,
    name: (name) => `<${name}>`,
    id: (id) => `#${id}`,
    status: (status) => `[${status}]`,
    moment: (at) => new Date(at).toISOString().slice(11, 16),
    duration: (milliseconds) => `${milliseconds} ms`
  }).join("")

const told = (event: HandoffEvent): string => {
  const { details, what } = describeEvent(event)
  return [what, ...details.map(text)].join(" | ")
}

const [created] = trailOf().history
const handBack = { done: ["一", "二"], pitfalls: ["三"], artifacts: [{ name: "scan", content: "x" }] }
const readBack = {
  summary: "一",
  items: [
    { id: "a", answer: "question", note: "¿?" },
    { id: "b", answer: "understood" },
    { id: "c", answer: "question" }
  ]
} as const

describe("an event in words", () => {
  it.each([
    [created, "created it | to <übersetzer>"],
    [
      { ...moves.Accepted, lease: 600_000 },
      "accepted it | “はい” | expected by 09:30 | held for 600000 ms | read back: “一”"
    ],
    [moves.Rejected, "declined it | “нет”"],
    [moves.Started, "started it"],
    [moves.Progressed, "reported progress | 50 % “½”"],
    [moves.Asked, "asked a question | “¿Cuál?”"],
    [moves.Answered, "answered | “三”"],
    [moves.Forwarded, "handed it on | to <通訳> | “口頭” | remaining: “二”"],
    [
      { ...moves.Forwarded, because: "accept_by", handBack },
      "handed it on | to <通訳> because it was not accepted in time | “口頭” | done: “一; 二” / pitfalls: “三” / made: <scan>"
    ],
    [moves.Delegated, "delegated a part | the part #3f8g1h5j0abc"],
    [
      { ...moves.Restated, readBack },
      "read the briefing back | read back: “一” | understood: <b> | question: <a> (“¿?”), <c>"
    ],
    [moves.Confirmed, "confirmed the read-back | set right: “三”"],
    [moves.Attested, "verified the work | “✓” | of <seiten> | <https://example.org/✓>"],
    [{ ...moves.Attested, grade: "endorsed" }, "endorsed the work | “✓” | of <seiten> | <https://example.org/✓>"],
    [moves.Released, "gave it back | done: “一” | not before 08:20"],
    [moves.Completed, "completed it"],
    [{ ...moves.Completed, artifacts: [] }, "completed it"],
    [{ ...moves.Released, handBack: { done: [], artifacts: [] } }, "gave it back | not before 08:20"],
    [
      {
        ...moves.Completed,
        artifacts: [
          { name: "numbers", content: 1 },
          { name: "note", content: "" }
        ],
        evidence: [{ grade: "observed", statement: "✓" }],
        leavesChildren: true
      },
      "completed it | artifacts: <numbers>, <note> | observed: “✓” | leaves its open parts"
    ],
    [moves.Failed, "failed it | “503”"],
    [moves.Cancelled, "cancelled it | “zu spät”"],
    [{ ...moves.Cancelled, along: moves.Delegated.child }, "cancelled it | along with #3f8g1h5j0abc | “zu spät”"],
    [moves.Reminded, "recorded a reminder | the deadline is near"],
    [{ ...moves.Expired, missed: "accept_by" }, "let it expire | not accepted in time"]
  ] as ReadonlyArray<readonly [HandoffEvent, string]>)("%#: %o", (event, expected) => {
    assert.strictEqual(told(event), expected)
  })

  it("names the status of an imported handoff", () => {
    assert.strictEqual(
      told({ _tag: "Imported", at: at(0), by: sender, record: states.in_progress }),
      "imported it | as [in_progress]"
    )
  })
})

describe("a response in words", () => {
  it.each([
    ["pending", undefined],
    ["in_progress", "accepted"],
    ["completed", "accepted"],
    ["rejected", "declined"],
    ["failed", "failed"],
    ["expired", "accepted"]
  ] as const)("of a handoff that is %s is %s", (status, expected) => {
    assert.strictEqual(describeResponse(states[status])?.what, expected)
  })

  it("gives the reason and the expected completion", () => {
    assert.deepStrictEqual(describeResponse(states.accepted)?.details.map(text), ["“はい”", "expected by 09:30"])
    assert.deepStrictEqual(describeResponse(states.failed)?.details.map(text), ["“503”"])
  })
})

describe("a turn, an attempt, a lease and progress in words", () => {
  const briefing = { severity: "stable", summary: "s", readBack: { confirm: true } } as const
  const waiting = follow(asked({ briefing }), { _tag: "Accepted", at: at(1), by: receiver, lease: 60_000 })

  it("names the agent of the turn, and the step of the read-back that the start waits for", () => {
    assert.strictEqual(text(describeTurn(states.pending)), "<übersetzer>'s turn")
    assert.strictEqual(text(describeTurn(states.input_required)), "<planner>'s turn")
    assert.strictEqual(text(describeTurn(states.completed)), "nobody's turn")
    assert.strictEqual(text(describeTurn(waiting)), "<übersetzer>'s turn to read the briefing back")
    const restated = follow(waiting, moves.Restated)
    assert.strictEqual(text(describeTurn(restated)), "<planner>'s turn to confirm the read-back")
    assert.strictEqual(text(describeLease(restated) ?? []), "60000 ms, rests until it is confirmed")
  })

  it("gives the length of the lease, and its end or the step that it rests for", () => {
    const held = follow(asked(), { _tag: "Accepted", at: at(1), by: receiver, lease: 60_000 })
    assert.isUndefined(describeLease(states.accepted))
    assert.strictEqual(text(describeLease(held) ?? []), "60000 ms, until 08:02")
    assert.strictEqual(
      text(describeLease(follow(held, moves.Started, moves.Asked)) ?? []),
      "60000 ms, rests until the answer"
    )
    assert.strictEqual(
      text(describeOutcome(held)),
      "is [accepted] (lease 60000 ms, until 08:02); waits for <übersetzer>"
    )
  })

  it("counts all attempts, and those of a later receiver", () => {
    assert.strictEqual(text(describeAttempt(states.pending)), "1 of 3")
    const { record } = continued(trailOf(moves.Accepted), moves.Forwarded)
    assert.strictEqual(text(describeAttempt(record)), `2, 1 of 3 for <${successor}>`)
    assert.strictEqual(text(describeOutcome(record)), "is [pending] (attempt 2, 1 of 3 for <通訳>); waits for <通訳>")
    assert.strictEqual(text(describeOutcome(states.failed)), "is [failed]")
  })

  it("gives the fraction and the note that are known", () => {
    assert.strictEqual(text(describeProgress({ fraction: 1 / 3 })), "33.3 %")
    assert.strictEqual(text(describeProgress({ note: "n" })), "“n”")
    assert.strictEqual(text(describeProgress({})), "")
  })
})

describe("an artifact by reference in words", () => {
  const digest = digestOf("abc")
  const scan = { name: "seiten", uri: "s3://bucket/scan", digest, size: 3 }

  it("is claimed until another agent attests to its digest, and then checked by that agent", () => {
    const held = states.accepted
    assert.strictEqual(text(describeReference(held, scan) ?? []), "claimed, not checked")
    const checked = follow(held, { ...moves.Attested, digest })
    assert.strictEqual(text(describeReference(checked, scan) ?? []), `checked by <${moves.Attested.by}>`)
    assert.isUndefined(describeReference(checked, { name: "seiten", content: "abc" }))
  })
})

describe("the next timer in words", () => {
  const timer = (...[record]: Parameters<typeof describeTimer>) => {
    const next = describeTimer(record)
    return next && `${new Date(next.at).toISOString().slice(11, 16)}: ${next.what}`
  }
  const lease = { _tag: "Accepted", at: at(1), by: receiver, lease: 60_000 } as const

  it("describes the effect of the timer", () => {
    assert.isUndefined(timer(asked()))
    assert.isUndefined(timer(states.completed))
    assert.strictEqual(timer(asked({ acceptBy: at(5) })), "08:05: it expires")
    assert.strictEqual(timer(asked({ deadline: at(9), remindBefore: 60_000 })), "08:08: a reminder is recorded")
    assert.strictEqual(timer(follow(asked(), lease)), "08:02: its lease runs out, and it waits for attempt 2")
    assert.strictEqual(
      timer(follow(asked({ maxAttempts: 1 }), lease)),
      "08:02: its lease runs out, and because this is the last attempt it fails"
    )
  })

  it("mentions that the handoff would be re-routed instead", () => {
    const next = "it goes to the next capable agent; without one, "
    assert.strictEqual(timer(asked({ reroute: true, acceptBy: at(5) })), `08:05: ${next}it expires`)
    assert.strictEqual(timer(asked({ reroute: true, deadline: at(5) })), "08:05: it expires")
    assert.include(timer(follow(asked({ reroute: true, maxAttempts: 1 }), lease)), next)
  })
})
