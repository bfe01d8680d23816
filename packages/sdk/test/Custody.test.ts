import { describe, expect, it } from "vitest"

import {
  type HandoffRecord,
  HandoffNotFound,
  InvalidTransition,
  NoAttemptLeft,
  NotYourHandoff,
  StaleAttempt
} from "../src/index.ts"
import { openHandoffs } from "../src/node.ts"
import { ask, oneStore, rejection, using } from "./stores.ts"

const inAnHour = () => new Date(Date.now() + 3_600_000)

describe.each(oneStore)("custody in a $name store", (store) => {
  const open = (body: Parameters<typeof using>[1]) => () => using(store, body)

  it(
    "is held with a lease that each heartbeat renews",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      const claimed = await handoffs.claim("executor", { lease: 600_000 })
      expect(claimed?.lease?.milliseconds).toBe(600_000)
      expect(claimed?.lease?.until).toEqual(new Date(Number(claimed?.updatedAt) + 600_000))

      const beating = await handoffs.progress(recordId, { note: "Page 4 of 5", fraction: 0.8, attempt: 1 })
      expect(beating.status).toBe("accepted")
      expect(beating.progress).toEqual({ at: beating.updatedAt, note: "Page 4 of 5", fraction: 0.8 })
      expect(beating.lease?.until).toEqual(new Date(beating.updatedAt.getTime() + 600_000))
      const longer = await handoffs.progress(recordId, { lease: 900_000 })
      expect(longer.lease?.until).toEqual(new Date(longer.updatedAt.getTime() + 900_000))
      expect(await handoffs.get(recordId)).toEqual(longer)
      expect((await handoffs.history(recordId)).map(({ event }) => event._tag)).toEqual([
        "Created",
        "Accepted",
        "Progressed",
        "Progressed"
      ])
      expect((await handoffs.accept((await handoffs.create(ask)).recordId)).lease).toBe(undefined)
    })
  )

  it(
    "passes on when a lease expires, and the late writer gets an error",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      const late = await handoffs.claim("executor", { lease: 1 })
      let moved: ReadonlyArray<HandoffRecord> = []
      while (moved.length === 0) moved = await handoffs.sweep()
      expect(moved.map(({ recordId, status, attempt }) => [recordId, status, attempt])).toEqual([
        [recordId, "pending", 2]
      ])
      const error = await rejection(handoffs.complete(recordId, { attempt: late?.attempt }))
      expect(error).toBeInstanceOf(StaleAttempt)
      expect(error).toMatchObject({
        attempt: 1,
        current: 2,
        message: `Handoff ${recordId} is in attempt 2; \`complete\` names attempt 1, which is over`
      })
      const next = await handoffs.claim("executor")
      expect(next?.attempt).toBe(2)
      expect((await handoffs.complete(recordId, { attempt: 2 })).attempt).toBe(2)
      expect((await handoffs.history(recordId))[2]?.event).toMatchObject({ _tag: "Released", by: "clock" })
    })
  )

  it(
    "fails when the lease of the last attempt expires",
    open(async (handoffs) => {
      const { recordId, request } = await handoffs.create({ ...ask, maxAttempts: 1 })
      expect(request.maxAttempts).toBe(1)
      await handoffs.accept(recordId, { lease: 1 })
      let moved: ReadonlyArray<HandoffRecord> = []
      while (moved.length === 0) moved = await handoffs.sweep()
      expect(moved[0]).toMatchObject({ status: "failed", code: "attempts_exhausted" })
    })
  )

  it(
    "is released with a hand-back, until no attempt is left",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, maxAttempts: 2 })
      await handoffs.accept(recordId)
      const handBack = { done: ["Pages 1 to 4"], remaining: ["Page 5"], pitfalls: ["Page 5 is blurred"] }
      const notBefore = inAnHour()
      const released = await handoffs.release(recordId, { reason: "Out of time", handBack, notBefore })
      expect(released).toMatchObject({ status: "pending", attempt: 2, handBack, notBefore })
      // A claim skips it, but it can still be accepted by id.
      expect(await handoffs.claim("executor")).toBe(undefined)
      expect((await handoffs.accept(recordId)).handBack).toEqual(handBack)
      expect(await rejection(handoffs.release(recordId))).toBeInstanceOf(NoAttemptLeft)
      expect((await handoffs.fail(recordId, { reason: "Cannot be read" })).attempt).toBe(2)
    })
  )

  it(
    "waits for the sender's answer with a paused lease",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create(ask)
      await handoffs.accept(recordId, { lease: 600_000 })
      expect(await rejection(handoffs.ask(recordId, { question: "Which quarter?" }))).toBeInstanceOf(InvalidTransition)
      await handoffs.start(recordId)
      const asked = await handoffs.ask(recordId, { question: "Which quarter?" })
      expect(asked).toMatchObject({ status: "input_required", question: "Which quarter?" })
      expect(asked.lease).toEqual({ milliseconds: 600_000 })
      expect((await handoffs.where(recordId)).turn).toBe("planner")
      expect((await handoffs.metrics()).byStatus.input_required).toBe(1)
      expect(await rejection(handoffs.answer(recordId, { answer: "Q3", by: "executor" }))).toBeInstanceOf(
        NotYourHandoff
      )
      const answered = await handoffs.answer(recordId, { answer: "The third." })
      expect(answered.answer).toEqual({ question: "Which quarter?", answer: "The third." })
      expect("lease" in answered && answered.lease?.until).toEqual(new Date(answered.updatedAt.getTime() + 600_000))
    })
  )

  it(
    "is described by `where`: the turn, its start, and the next timer",
    open(async (handoffs) => {
      const [acceptBy, deadline] = [inAnHour(), new Date(Date.now() + 7_200_000)]
      const ahead = { ...ask, acceptBy: acceptBy.toISOString(), deadline, remindBefore: 60_000 }
      const { recordId, createdAt } = await handoffs.create(ahead)
      expect(await handoffs.where(recordId)).toEqual({
        turn: "executor",
        since: createdAt,
        attempt: 1,
        due: { at: new Date(acceptBy.getTime() - 60_000), event: "Reminded" },
        isLost: false
      })
      await handoffs.accept(recordId, { lease: 600_000 })
      expect((await handoffs.where(recordId)).due?.event).toBe("Released")
      const { updatedAt } = await handoffs.complete(recordId)
      expect(await handoffs.where(recordId)).toEqual({ since: updatedAt, attempt: 1, isLost: false })
      expect(await rejection(handoffs.where("nope"))).toBeInstanceOf(HandoffNotFound)
    })
  )

  it(
    "is reminded of acceptBy, and expires without an acceptance",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({
        ...ask,
        acceptBy: new Date(Date.now() + 250),
        remindBefore: 600_000
      })
      expect((await handoffs.sweep()).map((record) => "reminded" in record && record.reminded)).toEqual([["accept_by"]])
      let moved: ReadonlyArray<HandoffRecord> = []
      while (moved.length === 0) moved = await handoffs.sweep()
      expect(moved[0]).toMatchObject({ recordId, status: "expired", missed: "accept_by" })
    })
  )

  it(
    "survives an archive, including its times",
    open(async (handoffs) => {
      const { recordId } = await handoffs.create({ ...ask, acceptBy: inAnHour() }, { id: "back" })
      await handoffs.accept(recordId, { lease: 600_000 })
      await handoffs.progress(recordId, { fraction: 0.5 })
      await handoffs.release(recordId, { handBack: { done: ["half"] }, notBefore: inAnHour() })
      await handoffs.create(ask, { id: "asked" })
      await handoffs.accept("asked", { lease: 600_000 })
      await handoffs.start("asked")
      await handoffs.ask("asked", { question: "Which quarter?" })
      await handoffs.create(ask, { id: "held" })
      await handoffs.accept("held", { lease: 600_000 })
      const lines: Array<string> = []
      for await (const handoff of handoffs.export()) lines.push(JSON.stringify(handoff))

      await using other = await openHandoffs("memory:")
      const reports = await other.import(lines.map((line) => JSON.parse(line)))
      expect(reports.map(({ outcome }) => outcome)).toEqual(["added", "added", "added"])
      for (const id of ["back", "asked", "held"]) expect(await other.get(id)).toEqual(await handoffs.get(id))
      expect((await other.history("back")).map(({ event }) => event)).toEqual(
        (await handoffs.history("back")).map(({ event }) => event)
      )
    })
  )
})
