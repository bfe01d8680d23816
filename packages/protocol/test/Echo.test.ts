import { readFileSync } from "node:fs"

import { assert, describe, it } from "@effect/vitest"

import { mostQuoted, quotedIn } from "../src/index.ts"

/** Briefings in ten languages, with answers that an agent thought of, and with copies. */
const briefings: Readonly<Record<string, Readonly<Record<"texts" | "own" | "copied", ReadonlyArray<string>>>>> = {
  English: {
    texts: [
      "Close the books of Q3",
      "The ledger of Q3 is complete but for two invoices.",
      "Ask for the two invoices",
      "Both are from the same supplier, Smith & Sons",
      "they do not come by Friday",
      "report without them",
      "Check the totals against the bank statement before you publish the report"
    ],
    own: [
      "I first phone Smith & Sons and ask who handles billing there",
      "The supplier may say it sent both already; then nobody knows which copy counts",
      "late: I cannot tell whose Friday is meant, ours or theirs",
      "Mail the supplier today",
      "Paying the same bill a second time",
      "The contingency for Friday; a report without them may mislead the board",
      "invoices",
      "Friday"
    ],
    copied: [
      "Ask for the two invoices",
      "I will ask for the two invoices.",
      "Report without them; ask for the two invoices!",
      "ＡＳＫ — for\u200B the   TWO\u00AD invoices!!!!",
      "Ask-for-the-two-invoices",
      `Ask for the two invoices ${"ok ".repeat(200)}`,
      "First I ask for the two invoices and then check the totals against the bank statement",
      "against the bank statement check the totals before you publish the report, for the two invoices ask"
    ]
  },
  German: {
    texts: [
      "Die Bücher des dritten Quartals schließen",
      "Die beiden Rechnungen anfordern",
      "Wenn sie bis Freitag nicht kommen, ohne sie berichten"
    ],
    own: [
      "Ich rufe zuerst beim Lieferanten an und frage nach der Buchhaltung",
      "Unklar ist mir, ob der Feiertag am Freitag zählt"
    ],
    copied: ["Ich werde die beiden Rechnungen anfordern", "OHNE SIE BERICHTEN, WENN SIE BIS FREITAG NICHT KOMMEN"]
  },
  Russian: {
    texts: ["Запросить оба счёта у поставщика", "Если они не придут до пятницы, отчитаться без них"],
    own: ["Сначала позвоню в бухгалтерию и узнаю имя ответственного", "Один счёт могли уже оплатить"],
    copied: ["Я запрошу: запросить оба счёта у поставщика", "отчитаться без них, если они не придут до пятницы"]
  },
  Japanese: {
    texts: ["二通の請求書を請求する", "金曜日までに届かない場合は、それらなしで報告する"],
    own: ["まず仕入先の経理担当者に電話して名前を確認する", "金曜日が先方の営業日かどうか分からない"],
    copied: ["二通の請求書を請求します", "それらなしで報告する。金曜日までに届かない場合は"]
  },
  Chinese: {
    texts: ["向供应商索取两张发票", "如果周五之前没有收到，就在没有它们的情况下报告"],
    own: ["我先打电话问对方财务由谁负责", "其中一张可能已经付过款，会重复支付"],
    copied: ["我会向供应商索取两张发票", "在没有它们的情况下报告，如果周五之前没有收到"]
  },
  Korean: {
    texts: ["공급업체에 송장 두 장을 요청한다", "금요일까지 오지 않으면 그것 없이 보고한다"],
    own: ["먼저 거래처 경리 담당자에게 전화해서 누가 맡는지 묻는다", "금요일이 어느 쪽 영업일인지 모르겠다"],
    copied: ["공급업체에 송장 두 장을 요청하겠습니다", "그것 없이 보고한다. 금요일까지 오지 않으면"]
  },
  Arabic: {
    texts: ["اطلب الفاتورتين من المورد", "طابق المجاميع مع كشف الحساب البنكي قبل نشر التقرير"],
    own: ["سأتصل أولا بقسم المحاسبة لدى المورد لأعرف المسؤول", "ربما دفعت إحداهما من قبل فندفع مرتين"],
    copied: ["سوف أطلب الفاتورتين من المورد", "طَابِق المجاميع مع كشف الحساب البنكي"]
  },
  Hindi: {
    texts: ["आपूर्तिकर्ता से दोनों चालान माँगें", "यदि वे शुक्रवार तक न आएँ तो उनके बिना रिपोर्ट करें"],
    own: ["पहले मैं विक्रेता के लेखा विभाग को फ़ोन करूँगा", "यह स्पष्ट नहीं कि किसका शुक्रवार गिना जाएगा"],
    copied: ["मैं आपूर्तिकर्ता से दोनों चालान माँगूँगा", "उनके बिना रिपोर्ट करें यदि वे शुक्रवार तक न आएँ"]
  },
  Thai: {
    texts: ["ขอใบแจ้งหนี้ทั้งสองใบจากผู้จัดจำหน่าย", "หากไม่มาภายในวันศุกร์ ให้รายงานโดยไม่มีใบเหล่านั้น"],
    own: ["โทรหาฝ่ายการเงินของคู่ค้าเพื่อถามว่าใครรับผิดชอบ", "ไม่แน่ใจว่านับวันหยุดของฝั่งไหน"],
    copied: ["จะขอใบแจ้งหนี้ทั้งสองใบจากผู้จัดจำหน่ายครับ", "ให้รายงานโดยไม่มีใบเหล่านั้น หากไม่มาภายในวันศุกร์"]
  },
  code: {
    texts: [
      "Fix the leak in src/store/postgres/pool.ts",
      "Run `pnpm test --filter store-postgres` until it is green",
      "const client = await pool.connect(); try { return await client.query(sql) } finally { client.release() }",
      "If the pool is exhausted, raise the limit in config/production.yaml to 40"
    ],
    own: [
      "Read src/store/postgres/pool.ts",
      "Grep for connect( in src/store/postgres",
      "git bisect with a script that cancels a query, 40 at a time",
      "client.release() runs twice and the pool throws",
      "config/production.yaml may be generated, so my edit is lost"
    ],
    copied: [
      "Fix the leak in src/store/postgres/pool.ts",
      "I run pnpm test --filter store-postgres until it is green",
      "try { return await client.query(sql) } finally { client.release() }; const client = await pool.connect()"
    ]
  }
}
const names = ["invoices", "late"]

describe("the quoted part of an answer", () => {
  for (const [language, { copied, own, texts }] of Object.entries(briefings)) {
    const quoted = quotedIn({ texts, names })
    it(`is small for an answer in own words: ${language}`, () => {
      for (const answer of own) assert.isAtMost(quoted(answer), 0.41, answer)
    })
    it(`is large for a copy: ${language}`, () => {
      for (const answer of copied) assert.isAbove(quoted(answer), mostQuoted, answer)
    })
  }

  it("stays small in a long text about the same things, because longer runs are compared", () => {
    const text = readFileSync(new URL("../PROTOCOL.md", import.meta.url), "utf8")
    const answers = [
      "The lease may end while the sender is still thinking, and then a second worker starts the same job",
      "Least sure about hops: does a re-route count as one of them?",
      "Write a failing test for the expired deadline before touching the engine",
      "Someone could sign with a revoked key and the import would take it",
      "I am unsure whether the receiver or the sender has to act after the answer"
    ]
    for (const length of [2000, 20_000, text.length]) {
      const quoted = quotedIn({ texts: [text.slice(0, length)], names: [] })
      for (const answer of answers) assert.isAtMost(quoted(answer), 0.45, `${length}: ${answer}`)
    }
    const paragraph = text.split("\n\n").find((one) => /^[A-Z]/.test(one) && one.length > 300)
    assert.strictEqual(quotedIn({ texts: [text], names: [] })(paragraph ?? assert.fail()), 1)
  })

  it("is that of the letters: marks, case, width and blanks neither hide a copy nor make one", () => {
    const quoted = quotedIn({ texts: ["Überweise den Betrag erst nach der Prüfung"], names: [] })
    assert.strictEqual(quoted("uberweise DEN betrag… erst nach der Pru\u0308fung"), 1)
    assert.strictEqual(quoted(""), 0)
    assert.strictEqual(quoted("… !!! 🙂"), 0)
  })

  it("is bounded for the longest texts", () => {
    // One ligature of 18 letters, as often as a briefing of 1 MiB can hold it.
    const texts = Array.from({ length: 16 }, () => "\uFDFA".repeat(21_845))
    const quoted = quotedIn({ texts, names: [] })
    assert.strictEqual(quoted("\uFDFA".repeat(21_845)), 1)
    assert.strictEqual(
      quoted(Array.from({ length: 16_000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join("")),
      0
    )
    assert.strictEqual(quoted(`${"a.".repeat(32_000)}a`), 0)
  })
})
