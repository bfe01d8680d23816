import { assert, describe, it } from "@effect/vitest"

import { formsIn, isMentioned } from "../src/routing/WordForms.ts"

describe("a capability is found in a text", () => {
  for (const [capability, text] of [
    ["visualize", "Produce visualizations."],
    ["visualize", "VISUALIZING churn"],
    ["data-analysis", "Please analyze the data"],
    ["dataAnalysis", "analysing data: please"],
    ["data_analysis", "Analyzes of our Data"],
    ["summarize", "Write a summary of this"],
    ["summarize", "two summaries, please"],
    ["summarization", "summarise… or rather: summarize it"],
    ["classify", "a classification of mails"],
    ["translate", "a translation into Klingon"],
    ["report", "reporting, weekly"],
    ["execute", "Execution of the plan"],
    ["c3po", "Talk to C3PO"],
    ["übersetzen", "Bitte ÜBERSETZEN"],
    ["анализ", "Нужен анализ данных"],
    ["翻訳", "この文書を翻訳してください"],
    ["ｒｅｐｏｒｔ", "a report in full width"],
    ["e\u0301crire", "écrire"]
  ] as const) {
    it(`${capability}: ${text}`, () => assert.isTrue(isMentioned(capability, formsIn(text))))
  }
})

describe("a capability is not found", () => {
  for (const [capability, text] of [
    ["visualize", "Analyze the numbers"],
    ["data-analysis", "the data"],
    ["data-analysis", "an analysis of the market"],
    ["translate", "a transaction"],
    ["report", "deport, export, port"],
    ["execute", ""],
    ["…", "any text …"],
    ["", "any text"],
    ["plan", "planet"],
    ["翻訳", "要約してください"]
  ] as const) {
    it(`${capability || "nothing"}: ${text || "nothing"}`, () => assert.isFalse(isMentioned(capability, formsIn(text))))
  }
})
