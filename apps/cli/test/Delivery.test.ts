import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"

import { describe, expect, it } from "vitest"

import { command } from "./command.ts"
import { foreign, isClean, on } from "./telling.ts"

const cli = command()
const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex")

const report = "# 報告書\n\nAll is well.\n"
const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x00, 0xff])
const long = "x".repeat(600 * 1024)
writeFileSync(cli.path("report.md"), report)
writeFileSync(cli.path("totals.json"), '{"total": 3}')
writeFileSync(cli.path("picture.png"), picture)
writeFileSync(cli.path("long.txt"), long)
writeFileSync(cli.path("torn.json"), "{")

const accepted = async (store: string, ...words: ReadonlyArray<string>) => {
  const { done } = on(cli, store)
  const stdout = await done("create", "--from", "planner", "--to", "executor", "--task", "Report", ...words)
  const id = /^Created handoff (\S+)/.exec(stdout)?.[1] ?? ""
  await done("accept", "--id", id)
  return id
}

describe("complete", () => {
  it("returns small text files by value, and other files by reference", async () => {
    const { done } = on(cli, "files.json")
    const id = await accepted("files.json")
    const artifacts = ["report=report.md", "totals=totals.json", "picture=picture.png", "long=long.txt"]
    const words = artifacts.flatMap((artifact) => ["--artifact-file", artifact])
    const said = ["--evidence", "I have read it twice", "--observed", "All 214 tests passed"]
    const record: unknown = JSON.parse(await done("complete", "--id", id, ...words, ...said, "--json"))
    expect(record).toMatchObject({
      status: "completed",
      artifacts: [
        { name: "report", media_type: "text/markdown", content: report },
        { name: "totals", media_type: "application/json", content: { total: 3 } },
        {
          name: "picture",
          media_type: "image/png",
          uri: pathToFileURL(cli.path("picture.png")).href,
          digest: sha256(picture),
          size: 6
        },
        { name: "long", media_type: "text/plain", digest: sha256(long), size: 600 * 1024 }
      ],
      evidence: [
        { grade: "claimed", statement: "I have read it twice", by: "executor" },
        { grade: "observed", statement: "All 214 tests passed", by: "executor" }
      ]
    })
    const status = await done("status", "--id", id)
    expect(status).toContain("\nArtifact:   report: # 報告書  All is well. (text/markdown)\n")
    expect(status).toContain('\nArtifact:   totals: {"total":3} (application/json)\n')
    expect(status).toMatch(
      /^Artifact: {3}picture: file:\S+ \(image\/png, 6 bytes, SHA-256 [0-9a-f]{12}…, claimed, not checked\)$/m
    )
    expect(status).toMatch(/^Evidence: {3}observed by executor: All 214 tests passed \(\S+Z\)$/m)
    expect(await done("history", "--id", id)).toMatch(
      /Completed {3}executor: \{\}; artifacts: report, totals, picture, long; claimed: I have read it twice; observed: All/
    )
  })

  it("is refused while a deliverable is missing, has another media type, or does not fit its schema", async () => {
    const { done, refused } = on(cli, "demanded.json")
    const schema = { type: "object", required: ["total"], properties: { total: { type: "number" } } }
    const id = await accepted(
      "demanded.json",
      "--deliverable",
      "report=text/markdown",
      "--deliverable",
      "picture",
      "--deliverables",
      JSON.stringify([{ name: "totals", media_type: "application/json", schema }])
    )
    expect(await done("status", "--id", id)).toContain(
      "\nDemanded:   report (text/markdown)\nDemanded:   picture\nDemanded:   totals (application/json, with a schema)\n"
    )
    const before = await done("history", "--id", id)
    const nothing = await refused("complete", "--id", id)
    expect(nothing.stderr).toContain("is not done: report: Expected an artifact of this name; picture: Expected")
    writeFileSync(cli.path("wrong.json"), '{"total": "三"}')
    const unfit = ["--artifact-file", "report=report.md", "--artifact-file", "picture=picture.png"]
    const wrong = await refused("complete", "--id", id, ...unfit, "--artifact-file", "totals=wrong.json")
    expect(wrong.stderr).toContain("totals: Expected content that fits its schema; at /total:")
    const other = await refused("complete", "--id", id, "--artifact-file", "report=totals.json")
    expect(other.stderr).toContain("report: Expected the media type text/markdown")
    expect(await done("history", "--id", id)).toBe(before)
    await done("complete", "--id", id, ...unfit, "--artifact-file", "totals=totals.json")
  })

  it("compares a demanded digest with the file, also if it is JSON", async () => {
    const { done, refused } = on(cli, "digest.json")
    const demand = (digest: string) => JSON.stringify([{ name: "totals", media_type: "application/json", digest }])
    const id = await accepted("digest.json", "--deliverables", demand(sha256('{"total": 3}')))
    await done("complete", "--id", id, "--artifact-file", "totals=totals.json")
    const other = await accepted("digest.json", "--deliverables", demand(sha256("other")))
    const { stderr } = await refused("complete", "--id", other, "--artifact-file", "totals=totals.json")
    expect(stderr).toContain("totals: Expected the SHA-256 ")
  })

  it("accepts an artifact stored elsewhere by its digest and size", async () => {
    const { done } = on(cli, "elsewhere.json")
    const id = await accepted("elsewhere.json")
    const there = { name: "data", uri: "s3://bucket/data", digest: sha256("data"), size: 4 }
    const record: unknown = JSON.parse(
      await done("complete", "--id", id, "--artifacts", JSON.stringify([there]), "--json")
    )
    expect(record).toMatchObject({ artifacts: [there] })
    expect(await done("status", "--id", id)).toContain(", claimed, not checked)\n")
  })

  it("shows who has checked an artifact stored elsewhere, and that the sender endorsed it", async () => {
    const { done } = on(cli, "checked.json")
    const id = await accepted("checked.json")
    const digest = sha256("data")
    const about = ["--statement", "Read it", "--of", "data", "--digest", digest]
    await done("attest", "--id", id, "--by", "auditor", ...about)
    await done("attest", "--id", id, "--by", "planner", ...about)
    const there = { name: "data", uri: "s3://bucket/data", digest, size: 4 }
    await done("complete", "--id", id, "--artifacts", JSON.stringify([there]))
    const status = await done("status", "--id", id)
    expect(status).toContain("…, checked by auditor, planner)\n")
    expect(status).toContain("\nEvidence:   endorsed by planner: Read it (of data")
    expect(await done("history", "--id", id)).toMatch(/Attested {4}planner: Read it; of data$/m)
  })

  it.each([
    [
      ["--artifact-file", "report"],
      "Invalid --artifact-file: expected NAME=FILE such as report=report.md, but got report"
    ],
    [["--artifact-file", "data=s3://bucket/data"], `--artifacts '[{"name": "data", "uri":`],
    [["--artifact-file", "a=missing.txt"], "Invalid --artifact-file: a: cannot read missing.txt (ENOENT)"],
    [["--artifact-file", "a=torn.json"], "Invalid --artifact-file: a: torn.json must be JSON, but"],
    [["--artifact-file", "a=report.md", "--artifact-file", "a=totals.json"], "Expected each to have a unique name"],
    [["--artifacts", '[{"name": "a", "uri": "x"}]'], "Invalid --artifacts: [0].content: Missing key"],
    [["--artifacts", '[{"name": "a", "content": 1, "mediaType": "x"}]'], "[0].mediaType: Unknown key"],
    [["--artifacts", "{}"], "Invalid --artifacts: Expected an array of artifacts"],
    [["--evidence", ""], "evidence[0].statement"]
  ])("refuses %j with a sentence", async (words, sentence) => {
    const { refused } = on(cli, "refused.json")
    const id = await accepted("refused.json")
    expect((await refused("complete", "--id", id, ...words)).stderr).toContain(sentence)
  })

  it.each([
    [["--deliverable", "a", "--deliverable", "a"], "Invalid --deliverable: Expected each to have a unique name"],
    [["--deliverables", '[{"name": "a", "digest": "x"}]'], "Invalid --deliverables: [0].digest: Expected a SHA-256"],
    [
      ["--deliverables", '[{"name": "a", "schema": {"$ref": "#/no"}}]'],
      "deliverables[0].schema.$ref: Expected a reference to a place in this schema"
    ],
    [["--deliverables", '{"name": "a"}'], "Invalid --deliverables: Expected an array of deliverables"]
  ])("create refuses %j with a sentence", async (words, sentence) => {
    const { refused } = on(cli, "refused.json")
    const { stderr } = await refused("create", "--from", "a", "--to", "b", "--task", "t", ...words)
    expect(stderr).toContain(sentence)
  })
})

describe("attest", () => {
  it("records the statement of another agent, and is refused to the receiver", async () => {
    const { done, refused } = on(cli, "attest.json")
    const id = await accepted("attest.json")
    const words = ["--by", "監査", "--statement", `The totals agree ${foreign}`, "--of", "report"]
    const stdout = await done(
      "attest",
      "--id",
      id,
      ...words,
      "--digest",
      sha256(report),
      "--uri",
      "https://x.example/1"
    )
    expect(stdout).toContain(`Attested handoff ${id} as 監査: The totals agree Übergabe`)
    const status = await done("status", "--id", id)
    expect(status).toMatch(
      /^Evidence: {3}verified by 監査: The totals agree .* \(of report, https:\/\/x\.example\/1, SHA-256/m
    )
    expect(await done("history", "--id", id)).toMatch(/Attested {4}監査: The totals agree .*; of report; https:/m)
    expect(isClean(stdout + status)).toBe(true)
    const own = await refused("attest", "--id", id, "--by", "executor", "--statement", "It is fine")
    expect(own.stderr).toBe(
      `Error: executor is the receiver of handoff ${id}; \`attest\` is for any other agent, such as planner\n`
    )
    const digest = await refused("attest", "--id", id, "--by", "a", "--statement", "s", "--digest", "abc")
    expect(digest.stderr).toContain("Invalid --digest: expected a SHA-256 of 64 hexadecimal digits")
    await done("complete", "--id", id)
    expect((await refused("attest", "--id", id, "--by", "a", "--statement", "s")).stderr).toContain("is completed")
  })

  it("needs a witness", async () => {
    const { code, stderr } = await cli.run(["attest", "--id", "abcd", "--statement", "s"])
    expect([code, stderr.includes("--by")]).toEqual([2, true])
  })
})
