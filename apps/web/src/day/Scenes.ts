/** A morning between an emergency room and an intensive care unit. */
import type { Handoffs, NewHandoff, NewPart } from "@aumai/handoff"

import { notifyAgentsChanged } from "../data/Context.ts"

/** The store, and the handoffs of this day by a short name. */
export interface Stage {
  readonly handoffs: Handoffs
  readonly speed: number
  readonly ask: (name: string, ask: NewHandoff) => Promise<void>
  /** Delegates a part of the handoff named `whole`. */
  readonly delegate: (name: string, whole: string, part: NewPart) => Promise<void>
  readonly idOf: (name: string) => string
}

export interface Scene {
  readonly clock: string
  readonly text: string
  /** The handoff it is about. */
  readonly about?: string
  readonly act: (stage: Stage) => Promise<unknown>
}

const staff: Readonly<Record<string, ReadonlyArray<string>>> = {
  "er-desk": ["triage"],
  "er-physician": ["emergency medicine"],
  "icu-desk": ["intensive care", "ventilation"],
  lab: ["blood tests"],
  radiology: ["imaging"],
  pharmacy: ["medication"],
  transport: ["moving patients"],
  cardiology: ["cardiology"]
}

const minutes = (count: number): Date => new Date(Date.now() + count * 60_000)

export const scenes: ReadonlyArray<Scene> = [
  {
    clock: "07:00",
    text: "The shift begins. Eight agents register their capabilities.",
    act: async ({ handoffs }) => {
      for (const [name, capabilities] of Object.entries(staff)) await handoffs.agents.register(name, capabilities)
      notifyAgentsChanged()
    }
  },
  {
    clock: "07:05",
    text: "Ms. R., 67, arrives with fever and low blood pressure. The desk hands her to the physician, with all that is known so far.",
    about: "patient",
    act: ({ ask }) =>
      ask("patient", {
        fromAgent: "er-desk",
        toAgent: "er-physician",
        taskDescription: "Examine Ms. R.: fever, low blood pressure",
        priority: 8,
        context: {
          patient: { name: "Ms. R.", age: 67, allergies: ["penicillin"] },
          vitals: { temperature: 39.4, systolic: 84, pulse: 122 },
          arrived: "07:02"
        }
      })
  },
  {
    clock: "07:06",
    text: "The physician accepts. The record now shows who has her.",
    about: "patient",
    act: ({ handoffs, idOf }) => handoffs.accept(idOf("patient"), { by: "er-physician", reason: "Seeing her now." })
  },
  {
    clock: "07:08",
    text: "The physician delegates the blood tests and stays accountable for the whole. The router chooses the lab, which has that capability.",
    about: "blood",
    act: ({ delegate }) =>
      delegate("blood", "patient", {
        taskDescription: "Lactate and blood cultures for Ms. R.",
        requires: ["blood tests"],
        priority: 9
      })
  },
  {
    clock: "07:09",
    text: "The lab accepts.",
    about: "blood",
    act: ({ handoffs, idOf }) => handoffs.accept(idOf("blood"), { by: "lab" })
  },
  {
    clock: "07:12",
    text: "The physician asks for imaging. The router chooses radiology by the words of the task.",
    about: "scan",
    act: ({ ask, idOf }) =>
      ask("scan", {
        fromAgent: "er-physician",
        taskDescription: "Imaging of the chest for Ms. R.",
        priority: 6,
        parent: idOf("patient"),
        deadline: minutes(25)
      })
  },
  {
    clock: "07:15",
    text: "Mr. K., 54, arrives with chest pain. He is more urgent than the others, so he is at the top of the lane.",
    about: "heart",
    act: ({ ask }) =>
      ask("heart", {
        fromAgent: "er-desk",
        toAgent: "cardiology",
        taskDescription: "See Mr. K.: chest pain for an hour",
        priority: 10,
        context: { patient: { name: "Mr. K.", age: 54 }, ecg: "unclear" },
        deadline: minutes(10)
      })
  },
  {
    clock: "07:17",
    text: "Cardiology is busy and forwards him to the physician, who alone has him now.",
    about: "heart",
    act: ({ handoffs, idOf }) =>
      handoffs.forward(idOf("heart"), {
        by: "cardiology",
        to: "er-physician",
        reason: "Both of us are at the table for another hour."
      })
  },
  {
    clock: "07:18",
    text: "Radiology declines with a reason, and the physician knows at once.",
    about: "scan",
    act: ({ handoffs, idOf }) =>
      handoffs.reject(idOf("scan"), {
        by: "radiology",
        reason: "The scanner is down until eight; ask for the mobile one."
      })
  },
  {
    clock: "07:20",
    text: "The lab completes, with a result as data.",
    about: "blood",
    act: ({ handoffs, idOf }) =>
      handoffs.complete(idOf("blood"), { by: "lab", result: { lactate: 4.2, unit: "mmol/l", cultures: "growing" } })
  },
  {
    clock: "07:21",
    text: "Septic shock. The physician hands Ms. R. to intensive care, with a briefing that must be read back: her state, the actions and the contingencies.",
    about: "icu",
    act: ({ delegate }) =>
      delegate("icu", "patient", {
        taskDescription: "Take over Ms. R.: septic shock",
        requires: ["intensive care"],
        priority: 10,
        deadline: minutes(15),
        context: {
          patient: { name: "Ms. R.", age: 67, allergies: ["penicillin"] },
          findings: { lactate: 4.2, systolic: 82 },
          given: [{ drug: "fluids", amount: "2 l" }]
        },
        briefing: {
          severity: "unstable",
          summary: "67 years, septic shock, probably from the lungs; 2 l of fluids so far. Allergic to penicillin.",
          actions: [
            { id: "pressure", task: "Noradrenaline, so that the mean pressure is above 65", owner: "icu-desk" },
            { id: "antibiotic", task: "An antibiotic within the hour", owner: "icu-desk", due: minutes(60) }
          ],
          situation: {
            known: ["Lactate 4.2 mmol/l", "Cultures are growing"],
            decided: ["No imaging before she is stable"],
            open: ["Where it comes from"]
          },
          contingencies: [{ id: "lactate", if: "the lactate rises above 6", then: "call the surgeon" }],
          readBack: { confirm: true }
        },
        deliverables: [{ name: "admission", mediaType: "application/json", schema: { required: ["bed", "systolic"] } }]
      })
  },
  {
    clock: "07:22",
    text: "At the same time the physician asks the pharmacy for noradrenaline …",
    about: "drug",
    act: ({ delegate }) =>
      delegate("drug", "patient", {
        taskDescription: "Prepare noradrenaline for Ms. R.",
        requires: ["medication"],
        priority: 9
      })
  },
  {
    clock: "07:23",
    text: "… and accepts.",
    about: "drug",
    act: ({ handoffs, idOf }) => handoffs.accept(idOf("drug"), { by: "pharmacy" })
  },
  {
    clock: "07:24",
    text: "Intensive care accepts and reads the briefing back, with a question: nothing starts on a misunderstanding.",
    about: "icu",
    act: ({ handoffs, idOf }) =>
      handoffs.accept(idOf("icu"), {
        by: "icu-desk",
        reason: "Bed 4 is ready in ten minutes.",
        estimatedCompletion: minutes(10),
        readBack: {
          summary: "Septic shock from the lungs: pressure first, the antibiotic within the hour, no penicillin.",
          items: [
            { id: "pressure", answer: "understood" },
            { id: "antibiotic", answer: "question", note: "Meropenem, in spite of the allergy?" },
            { id: "lactate", answer: "understood" }
          ]
        }
      })
  },
  {
    clock: "07:25",
    text: "The physician confirms with a correction; intensive care may now start.",
    about: "icu",
    act: ({ handoffs, idOf }) =>
      handoffs.confirm(idOf("icu"), {
        by: "er-physician",
        correction: "Meropenem is fine: she had a rash once, twenty years ago."
      })
  },
  {
    clock: "07:26",
    text: "The physician asks for a second opinion, with a close deadline.",
    about: "opinion",
    act: ({ ask, speed }) =>
      ask("opinion", {
        fromAgent: "er-physician",
        toAgent: "cardiology",
        taskDescription: "A quick look at the ECG of Ms. R.",
        priority: 4,
        deadline: new Date(Date.now() + 3000 / speed + 500)
      })
  },
  {
    clock: "07:28",
    text: "The pharmacy delivers.",
    about: "drug",
    act: ({ handoffs, idOf }) =>
      handoffs.complete(idOf("drug"), { by: "pharmacy", result: { drug: "noradrenaline", pumps: 2 } })
  },
  {
    clock: "07:30",
    text: "Mr. K. feels better and his ECG is clear: the desk cancels.",
    about: "heart",
    act: ({ handoffs, idOf }) =>
      handoffs.cancel(idOf("heart"), { by: "er-desk", reason: "The ECG is clear; the pain was muscular." })
  },
  {
    clock: "07:31",
    text: "Intensive care asks transport to move her …",
    about: "move",
    act: ({ delegate }) =>
      delegate("move", "icu", {
        taskDescription: "Bring Ms. R. from ER 2 to bed ICU 4",
        requires: ["moving patients"],
        priority: 9
      })
  },
  {
    clock: "07:32",
    text: "… accepts …",
    about: "move",
    act: ({ handoffs, idOf }) => handoffs.accept(idOf("move"), { by: "transport" })
  },
  {
    clock: "07:33",
    text: "… and intensive care begins.",
    about: "icu",
    act: ({ handoffs, idOf }) => handoffs.start(idOf("icu"), { by: "icu-desk" })
  },
  {
    clock: "07:35",
    text: "Cardiology accepts the ECG too late: the deadline has passed, and the trail shows that the handoff expired.",
    about: "opinion",
    act: async ({ handoffs, idOf }) => {
      const { request } = await handoffs.get(idOf("opinion"))
      const left = (request.deadline?.getTime() ?? 0) - Date.now()
      await new Promise((resolve) => setTimeout(resolve, left + 5))
      // Refused, but the call records that the handoff has expired.
      await handoffs.accept(idOf("opinion"), { by: "cardiology" }).catch(() => {})
    }
  },
  {
    clock: "07:38",
    text: "The trolley breaks down on the way. Transport gives up, with a reason.",
    about: "move",
    act: ({ handoffs, idOf }) =>
      handoffs.fail(idOf("move"), { by: "transport", reason: "The trolley broke down at the lift; send a bed." })
  },
  {
    clock: "07:39",
    text: "Intensive care asks again, for a bed this time, and transport completes it.",
    about: "again",
    act: async ({ handoffs, delegate, idOf }) => {
      await delegate("again", "icu", {
        toAgent: "transport",
        taskDescription: "Bring Ms. R. to bed ICU 4, in a bed",
        priority: 10
      })
      await handoffs.accept(idOf("again"), { by: "transport" })
      await handoffs.complete(idOf("again"), { by: "transport", result: { at: "ICU 4" } })
    }
  },
  {
    clock: "07:44",
    text: "The lab, which does not do this work, has checked the lactate and attests it.",
    about: "icu",
    act: ({ handoffs, idOf }) =>
      handoffs.attest(idOf("icu"), {
        by: "lab",
        statement: "Lactate 2.1 mmol/l at 07:43, and falling",
        of: "admission"
      })
  },
  {
    clock: "07:45",
    text: "Intensive care has her and completes: with the deliverable, its evidence, and the lab's attestation.",
    about: "icu",
    act: ({ handoffs, idOf }) =>
      handoffs.complete(idOf("icu"), {
        by: "icu-desk",
        result: { bed: "ICU 4", systolic: 104, running: ["noradrenaline", "meropenem"], next: "review at 09:00" },
        artifacts: [{ name: "admission", mediaType: "application/json", content: { bed: "ICU 4", systolic: 104 } }],
        evidence: [{ grade: "observed", statement: "Mean pressure 71 on the monitor", of: "admission" }]
      })
  },
  {
    clock: "07:46",
    text: "The first handoff of the morning is completed, too. Open it: its trail and its parts contain the whole story.",
    about: "patient",
    act: ({ handoffs, idOf }) =>
      handoffs.complete(idOf("patient"), {
        by: "er-physician",
        result: { movedTo: "ICU 4", diagnosis: "septic shock" }
      })
  }
]
