import { describe, expect, it } from "vitest"

import { labelFault, looksLike, nameFault, skeleton } from "../src/values/Names.ts"

/** Forms of `executor` that a person takes for it, with the reason for which a new name is refused; some are only alike. */
const forms: ReadonlyArray<readonly [kind: string, form: string, fault: RegExp]> = [
  ["a trailing blank", "executor ", /blanks at its ends/],
  ["a leading blank", " executor", /blanks at its ends/],
  ["case", "Executor", /^$/],
  ["a Cyrillic letter", "\u0435xecutor", /mix scripts/],
  ["a Greek letter", "execut\u03BFr", /mix scripts/],
  ["an Armenian letter", "execut\u0585r", /mix scripts/],
  ["a Bengali digit", "execut\u09E6r", /mix scripts/],
  ["zero width", "exec\u200Butor", /U\+200B/],
  ["a joiner", "exec\u200Dutor", /U\+200D/],
  ["a tab", "executor\t", /U\+0009/],
  ["a newline", "executor\n", /U\+000A/],
  ["right to left", "\u202Eexecutor", /U\+202E/],
  ["full width", "\uFF45xecutor", /Expected e instead of U\+FF45/],
  ["mathematical letters", "\u{1D41E}xecutor", /Expected e instead of U\+1D41E/],
  ["a grapheme joiner", "exec\u034Futor", /U\+034F/],
  ["a byte order mark", "\uFEFFexecutor", /U\+FEFF/],
  ["a soft hyphen", "exec\u00ADutor", /U\+00AD/],
  ["a Hangul filler", "executor\u3164", /U\+3164/],
  ["a variation selector", "executor\uFE0F", /U\+FE0F/],
  ["a tag character", "executor\u{E0061}", /U\+E0061/],
  ["a Braille blank", "executor\u2800", /U\+2800/],
  ["a no-break space", "\u00A0executor", /U\+00A0/],
  ["a digit", "execut0r", /^$/],
  ["a null notehead", "executor\u{1D159}", /U\+1D159/],
  ["a Khitan filler", "executor\u{16FE4}", /U\+16FE4/],
  ["a noncharacter", "executor\uFFFE", /U\+FFFE/]
]

describe("names that look alike", () => {
  it.each(forms)("have the same skeleton: %s", (_, form, fault) => {
    expect(looksLike(form, "executor")).toBe(true)
    expect(nameFault(form) ?? "").toMatch(fault)
  })

  it("include names of one other script, in either case", () => {
    for (const [a, b] of [
      ["сор", "cop"],
      ["СОР", "cop"],
      ["ΝΙΚΗ", "NIKH"],
      ["ΝΙΚΗ", "νικη"],
      ["agent 1", "agent l"],
      ["Straße", "STRASSE"],
      ["zoë".normalize("NFD"), "zoë"]
    ] as const) {
      expect([a, b, looksLike(a, b)]).toEqual([a, b, true])
    }
    expect(nameFault("сор")).toBeUndefined()
  })

  it("are not those that differ in a letter, a mark or a number", () => {
    for (const [a, b] of [
      ["zoë", "zoe"],
      ["agent-1", "agent-2"],
      ["планировщик", "исполнитель"],
      ["執行者", "計画者"]
    ] as const) {
      expect([a, b, looksLike(a, b)]).toEqual([a, b, false])
    }
  })

  it("include an i or j with a second dot", () => {
    expect(looksLike("mai\u0307ler", "mailer")).toBe(true)
    expect(looksLike("j\u0307ane", "jane")).toBe(true)
  })

  it("have a skeleton that is its own skeleton", () => {
    for (const [, form] of forms) expect(skeleton(skeleton(form))).toBe(skeleton(form))
  })
})

describe("a new name", () => {
  it.each([
    "планировщик",
    "планировщик-gpt",
    "агент@host.example",
    "執行者",
    "執行者GPT 2",
    "エージェント",
    "실행자 B",
    "مخطط",
    "מתכנן",
    "ตัวแทน",
    "योजनाकार",
    "Ελένη",
    "β-tester",
    "zoë",
    "o’neil",
    "agent 1",
    "team/agent-7@host",
    "🤖",
    "🇩🇪 bot",
    "foreigner"
  ])("may be %s", (name) => {
    expect(nameFault(name)).toBeUndefined()
  })

  it("names the composed form if it is decomposed", () => {
    expect(nameFault("zoe\u0308")).toBe("Expected Unicode normalization form C: zoë")
  })

  it("is no word of the engine, in any case or look, but the id of a handoff may be one", () => {
    const words = [
      "clock",
      "foreign",
      "anyone",
      "unrouted",
      "Clock",
      "c1ock",
      "ANY0NE",
      "c lock",
      "the sender",
      "The Receiver"
    ]
    for (const word of words) {
      expect(nameFault(word)).toBe("Expected another name, because the engine uses this one")
      expect(nameFault(word, "id")).toBeUndefined()
    }
  })

  it("has no letters of other scripts in a Latin word, but for those of East Asia", () => {
    for (const name of ["execut\u{104EA}r", "execut\u05E1r", "\u15EAan"]) expect(nameFault(name)).toMatch(/mix scripts/)
    for (const name of ["日本agent", "한국bot", "bot助手"]) expect(nameFault(name)).toBeUndefined()
  })

  it("does not put a word that looks Latin beside Latin ones", () => {
    for (const name of ["сор-agent", "agent-а", "GPT-4о", "α-agent"]) expect(nameFault(name)).toMatch(/mix scripts/)
  })
})

describe("a label", () => {
  it("has no hidden characters, and may mix scripts", () => {
    expect(labelFault("report\u202Etxt.exe")).toMatch(/U\+202E/)
    for (const label of ["α-value", "Q3 report (final)", " padded ", "²"]) expect(labelFault(label)).toBeUndefined()
  })
})
