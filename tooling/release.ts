/**
 * Rehearses the next release in a copy of the workspace: `changeset version` writes the versions and the changelogs, and
 * `pnpm publish --dry-run` runs against a local, empty registry. Fails if a package would lack a file or a field.
 * `--changelogs` prints the changelogs. Needs a build.
 */
import { execFile } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { promisify } from "node:util"

import { root } from "./files.ts"
import { pnpm } from "./pnpm.ts"

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly license?: string
  readonly description?: string
  readonly files?: ReadonlyArray<string>
  readonly publishConfig?: { readonly access?: string }
}

/** A package in the report of `pnpm publish --report-summary`. */
interface Published {
  readonly name: string
  readonly version: string
  readonly files: ReadonlyArray<{ readonly path: string }>
}

const copyInto = (directory: string): void => {
  const ignored = new Set(["node_modules", "test", "bin", ".turbo"])
  for (const name of [".changeset", "apps", "bench", "packages", "package.json", "pnpm-workspace.yaml", "LICENSE"]) {
    const filter = (path: string) =>
      !relative(root, path)
        .split(/[/\\]/)
        .some((part) => ignored.has(part))
    cpSync(join(root, name), join(directory, name), { recursive: true, filter })
  }
  cpSync(join(root, "tooling/changelog.ts"), join(directory, "tooling/changelog.ts"))
}

/** Runs `pnpm publish --dry-run` against an empty registry and returns the packages that it would publish. */
const rehearse = async (directory: string): Promise<ReadonlyArray<Published>> => {
  const registry = createServer((_, response) => response.writeHead(404).end("{}"))
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve))
  try {
    const address = registry.address()
    if (address === null || typeof address === "string") throw new Error("The registry has no port")
    const where = ["-C", directory, "publish", "-r", `--registry=http://127.0.0.1:${address.port}/`]
    await pnpm(root, ...where, "--dry-run", "--no-git-checks", "--report-summary")
    const summary = readFileSync(join(directory, "pnpm-publish-summary.json"), "utf8")
    const { publishedPackages }: { readonly publishedPackages: ReadonlyArray<Published> } = JSON.parse(summary)
    return publishedPackages
  } finally {
    registry.close()
  }
}

/** The problems of a package in the copy. */
const lacks = (directory: string, manifest: Manifest, published: Published | undefined): ReadonlyArray<string> => {
  const files = new Set(published?.files.map(({ path }) => path))
  const changelog = join(directory, "CHANGELOG.md")
  const log = existsSync(changelog) ? readFileSync(changelog, "utf8") : ""
  const rules: Readonly<Record<string, boolean>> = {
    "is not among what pnpm would publish": published?.version === manifest.version,
    "has no licence": manifest.license !== undefined && files.has("LICENSE"),
    "has no description": manifest.description !== undefined,
    "has no README.md": files.has("README.md"),
    "has no files field": manifest.files !== undefined,
    "has no JavaScript in dist": [...files].some((path) => /^dist\/.*\.m?js$/.test(path)),
    'has no publishConfig.access "public"': manifest.publishConfig?.access === "public",
    [`has a changelog without one section on ${manifest.version}; write a changeset that names it`]:
      log.split(`## ${manifest.version}\n`).length === 2
  }
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [`${manifest.name} ${rule}`]))
}

/** The packages below a root that are published. */
const packagesOf = (base: string) =>
  ["packages", "apps"]
    .flatMap((area) => readdirSync(join(base, area)).map((name) => join(base, area, name)))
    .map((path) => {
      const manifest: Manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"))
      return { path, manifest }
    })
    .filter(({ manifest }) => manifest.private !== true)

const versionsOf = (packages: ReturnType<typeof packagesOf>): ReadonlyArray<string> => [
  ...new Set(packages.map(({ manifest }) => manifest.version))
]

const directory = mkdtempSync(join(tmpdir(), "rehearsal-"))
try {
  copyInto(directory)
  const before = versionsOf(packagesOf(directory))
  const changeset = join(root, "node_modules/@changesets/cli/bin.js")
  await promisify(execFile)(process.execPath, [changeset, "version"], { cwd: directory })

  const published = await rehearse(directory)
  const packages = packagesOf(directory)
  const problems = packages.flatMap(({ path, manifest }) => {
    const one = published.find(({ name }) => name === manifest.name)
    return lacks(path, manifest, one)
  })
  for (const versions of [before, versionsOf(packages)]) {
    if (versions.length > 1) problems.push(`all packages must have one version; found ${versions.join(" and ")}`)
  }
  if (process.argv.includes("--changelogs")) {
    for (const { path } of packages) console.log(readFileSync(join(path, "CHANGELOG.md"), "utf8"))
  }
  for (const problem of problems) console.error(problem)
  console.log(
    `${packages.length} packages would be published as ${versionsOf(packages).join(", ")}, ${problems.length} problems`
  )
  process.exitCode = problems.length === 0 ? 0 : 1
} catch (error) {
  const output =
    error instanceof Error && "stdout" in error && "stderr" in error ? [error.stdout, error.stderr].join("") : ""
  console.error(`The release would fail: ${String(error)}\n${output}`)
  process.exitCode = 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}
