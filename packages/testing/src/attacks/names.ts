/** Attacks by names that a person takes for another one, in every verb and field that takes a name. */
import { AlreadyHeld, type Handoffs, InvalidInput, NoCapableAgent, NotYourHandoff } from "@aumai/handoff"

import type { Attack } from "./Attack.ts"

type Form = readonly [kind: string, of: (name: string) => string]

const replaced = (name: string, pattern: RegExp, by: string): string => {
  const form = name.replace(pattern, by)
  // Names of attacks are chosen so that every form exists.
  if (form === name) throw new Error(`${name} has no ${pattern}`)
  return form
}

/** The ways to write a name so that a person reads the same one. Every name of an attack has an e, an o and an r. */
const forms: ReadonlyArray<Form> = [
  ["a trailing blank", (name) => `${name} `],
  ["case", (name) => name.toUpperCase()],
  ["a Cyrillic letter", (name) => replaced(name, /e/, "\u0435")],
  ["zero width", (name) => replaced(name, /r/, "r\u200B")],
  ["NFD", (name) => replaced(name, /é/, "e\u0301")],
  ["a tab", (name) => `${name}\t`],
  ["a newline", (name) => `\n${name}`],
  ["right to left", (name) => `\u202E${name}`],
  ["full width", (name) => replaced(name, /r/, "\uFF52")],
  ["a grapheme joiner", (name) => replaced(name, /r/, "r\u034F")],
  ["a byte order mark", (name) => `\uFEFF${name}`],
  ["a soft hyphen", (name) => replaced(name, /r/, "r\u00AD")],
  ["a Hangul filler", (name) => `${name}\u3164`],
  ["a variation selector", (name) => `${name}\uFE0F`],
  ["a digit", (name) => replaced(name, /o/, "0")],
  ["a tag character", (name) => `${name}\u{E0072}`]
]

const [sender, receiver, auditor] = ["conférencier", "préparateur exeo", "contrôleur vérifié"]

interface Parties {
  readonly handoffs: Handoffs
  /** A new handoff from the sender to the receiver, which has started. */
  readonly held: () => Promise<string>
  readonly form: (name: string) => string
}

/** Something that a look-alike must not get through, and what would be broken if it did. */
interface Door {
  readonly name: string
  readonly open: (parties: Parties) => Promise<unknown>
}

const task = { taskDescription: "Generate the report" }

const doors: ReadonlyArray<Door> = [
  {
    name: "forward to the sender",
    open: async ({ form, handoffs, held }) => handoffs.forward(await held(), { to: form(sender) })
  },
  {
    name: "forward to the receiver",
    open: async ({ form, handoffs, held }) => handoffs.forward(await held(), { to: form(receiver) })
  },
  {
    name: "forward to an earlier receiver",
    open: async ({ form, handoffs, held }) => {
      const id = await held()
      await handoffs.forward(id, { to: auditor })
      return handoffs.forward(id, { to: form(receiver) })
    }
  },
  {
    name: "attest as the receiver",
    open: async ({ form, handoffs, held }) =>
      handoffs.attest(await held(), { by: form(receiver), statement: "All is well" })
  },
  {
    name: "delegate to the holder",
    open: async ({ form, handoffs, held }) => handoffs.delegate(await held(), { ...task, toAgent: form(receiver) })
  },
  {
    name: "create for the sender under another name",
    open: ({ form, handoffs }) => handoffs.create({ ...task, fromAgent: sender, toAgent: form(sender) })
  },
  {
    name: "create from the receiver under another name",
    open: ({ form, handoffs }) => handoffs.create({ ...task, fromAgent: form(receiver), toAgent: receiver })
  },
  ...(["accept", "start", "progress", "release", "complete"] as const).map((verb): Door => ({
    name: `${verb} as the receiver`,
    open: async ({ form, handoffs }) => {
      const { recordId } = await handoffs.create({ ...task, fromAgent: sender, toAgent: receiver })
      if (verb !== "accept") await handoffs.accept(recordId)
      return handoffs[verb](recordId, { by: form(receiver) })
    }
  })),
  {
    name: "cancel as the sender",
    open: async ({ form, handoffs, held }) => handoffs.cancel(await held(), { by: form(sender) })
  },
  {
    name: "delegate as the receiver",
    open: async ({ form, handoffs, held }) =>
      handoffs.delegate(await held(), { ...task, toAgent: auditor }, { by: form(receiver) })
  },
  {
    name: "create as the sender",
    open: ({ form, handoffs }) =>
      handoffs.create({ ...task, fromAgent: sender, toAgent: receiver }, { by: form(sender) })
  },
  {
    name: "be chosen by the router instead of the sender, or of an excluded agent",
    open: async ({ form, handoffs }) => {
      const requires = ["look alike"]
      const names = [form(sender), form(auditor)]
      try {
        // A name that no rule refuses is registered, and must not be chosen.
        for (const name of names) await handoffs.agents.register(name, requires).catch(refusal)
        return await handoffs.create({ ...task, fromAgent: sender, requires }, { routing: { exclude: [auditor] } })
      } finally {
        for (const name of names) await handoffs.agents.unregister(name)
      }
    }
  }
]

/** Rethrows what is not the refusal of a name. */
const refusal = (error: unknown): undefined => {
  const kinds = [InvalidInput, AlreadyHeld, NotYourHandoff, NoCapableAgent]
  if (kinds.some((kind) => error instanceof kind)) return undefined
  throw error
}

const lookalikes = doors.map(({ name, open }): Attack => ({
  name: `look-alike names ${name}`,
  run: async (handoffs) => {
    const passed: Array<string> = []
    for (const [kind, form] of forms) {
      const held = async () => {
        const { recordId } = await handoffs.create({ ...task, fromAgent: sender, toAgent: receiver })
        await handoffs.accept(recordId)
        return recordId
      }
      const isThrough = await open({ handoffs, held, form }).then(() => true, refusal)
      if (isThrough === true) passed.push(kind)
    }
    return passed.length === 0 ? undefined : `${passed.join(", ")} passed`
  }
}))

/** Forms that cannot be told from the name even by a careful person: they must not begin a second inbox or agent. */
const invisible = forms.filter(([kind]) => kind !== "case" && kind !== "a digit")

const secondInbox: Attack = {
  name: "look-alike names begin a second inbox, a second agent or a second handoff id",
  run: async (handoffs) => {
    const passed: Array<string> = []
    for (const [kind, form] of invisible) {
      const tries: Readonly<Record<string, () => Promise<unknown>>> = {
        "inbox of": () => handoffs.create({ ...task, fromAgent: sender, toAgent: form(receiver) }),
        "handoff of": () => handoffs.create({ ...task, fromAgent: form(sender), toAgent: receiver }),
        "id of": () => handoffs.create({ ...task, fromAgent: sender, toAgent: receiver }, { id: form(receiver) }),
        "part of": () => handoffs.create({ ...task, fromAgent: sender, toAgent: receiver, parent: form(receiver) }),
        "claim of": () => handoffs.claim(form(receiver)),
        "agent of": () => handoffs.agents.register(form(receiver), [])
      }
      for (const [what, run] of Object.entries(tries)) {
        if ((await run().then(() => true, refusal)) === true) passed.push(`${what} ${kind}`)
      }
    }
    return passed.length === 0 ? undefined : `${passed.join(", ")} passed`
  }
}

const engineWords: Attack = {
  name: "agents take names of the engine",
  run: async (handoffs) => {
    const passed: Array<string> = []
    for (const word of ["clock", "foreign", "anyone", "Clock", "cl0ck", "\u0441lock", "clock "]) {
      const { recordId } = await handoffs.create({ ...task, fromAgent: sender, toAgent: receiver })
      await handoffs.accept(recordId)
      const tries = [
        () => handoffs.create({ ...task, fromAgent: word, toAgent: receiver }),
        () => handoffs.create({ ...task, fromAgent: sender, toAgent: word }),
        () => handoffs.attest(recordId, { by: word, statement: "All is well" }),
        () => handoffs.forward(recordId, { to: word }),
        () => handoffs.release(recordId, { by: word })
      ]
      for (const [index, run] of tries.entries()) {
        // The clock's event is not due.
        const isThrough = await run().then(
          () => true,
          () => false
        )
        if (isThrough) passed.push(`${word} ${index}`)
      }
    }
    return passed.length === 0 ? undefined : `${passed.join(", ")} passed`
  }
}

const honest = [
  "планировщик",
  "агент-v2",
  "執行者",
  "エージェント GPT",
  "실행자",
  "مخطط",
  "ตัวแทน",
  "योजनाकार",
  "zoë",
  "agent 1",
  "team/agent-7@host",
  "🤖"
]

const honestNames: Attack = {
  name: "honest names in any script hand to each other",
  run: async (handoffs) => {
    for (const [index, name] of honest.entries()) {
      const { recordId } = await handoffs.create({
        ...task,
        fromAgent: name,
        toAgent: honest[(index + 1) % honest.length] ?? name
      })
      await handoffs.forward(recordId, { to: honest[(index + 2) % honest.length] ?? name })
      await handoffs.accept(recordId)
      await handoffs.attest(recordId, { by: honest[(index + 3) % honest.length] ?? name, statement: "All is well" })
      await handoffs.complete(recordId)
    }
    return undefined
  }
}

/** A text that is no drawn id stands for no other handoff. */
const prefixes: Attack = {
  name: "an id stands for another one that begins with it",
  run: async (handoffs) => {
    for (const id of ["prefix-10", "hhhh", "hhhh00000000"]) {
      await handoffs.create({ ...task, fromAgent: sender, toAgent: receiver }, { id })
    }
    for (const text of ["prefix-1", "prefix", "hhhh"]) {
      const found = await handoffs.find(text).then(
        ({ recordId }) => recordId,
        () => undefined
      )
      if (found !== undefined) return `${text} stands for ${found}`
    }
    return undefined
  }
}

export const names: ReadonlyArray<Attack> = [...lookalikes, secondInbox, engineWords, honestNames, prefixes]
