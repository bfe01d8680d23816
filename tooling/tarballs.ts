/**
 * Packs every package that is published, so that a project can install them while no registry has them.
 *
 * `node tooling/tarballs.ts` writes to `dist/tarballs` and prints the command that installs them. Needs a build.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { basename, join } from "node:path"

import { root } from "./files.ts"
import { pnpm } from "./pnpm.ts"

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly bin?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, unknown>>
}

/** A package that is published: its directory and its manifest. */
export interface Published {
  readonly directory: string
  readonly manifest: Manifest
}

/** Every package that is published. */
export const published = (): ReadonlyArray<Published> =>
  ["packages", "apps"]
    .flatMap((area) => readdirSync(join(root, area)).map((name) => join(root, area, name)))
    .map((directory) => {
      const manifest: Manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"))
      return { directory, manifest }
    })
    .filter(({ manifest }) => manifest.private !== true)

/**
 * Packs one package into an existing directory and returns the path of its tarball. The file is named after the directory of
 * the package, because pnpm gives `aumai-handoff` and `@aumai/handoff` one file name.
 */
export const pack = async ({ directory, manifest }: Published, destination: string): Promise<string> => {
  const path = join(destination, `aumai-handoff-${basename(directory)}-${manifest.version}.tgz`)
  await pnpm(directory, "pack", "--out", path)
  return path
}

if (import.meta.main) {
  const destination = join(root, "dist/tarballs")
  rmSync(destination, { recursive: true, force: true })
  mkdirSync(destination, { recursive: true })
  for (const one of published()) console.log(`${basename(await pack(one, destination))}  ${one.manifest.name}`)
  console.log(
    `\nInstall them in your project, on Node 22.19 or newer (this clone has one in node_modules/.bin):\n\n  npm install ${destination}/*.tgz`
  )
}
