import { execFileSync } from "node:child_process"
import { join } from "node:path"

import { playwright } from "@vitest/browser-playwright"
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config"

import { launchOptions, prepare, profile } from "./tooling/browser.ts"
import { LongestFirst } from "./tooling/longest-first.ts"
import { installedPostgres, workers } from "./tooling/postgres.ts"
import SummaryReporter from "./tooling/summary-reporter.ts"

// Kills, broken disks and thousands of seeds: `--project '!faults'` leaves them out, for a project knows no `--exclude`.
const slow = "**/{Simulation,Processes,Faults,Kills,Disk,Away}.test.ts"

const node: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: "node",
    include: ["{packages,apps,tooling}/**/test/**/*.test.ts"],
    exclude: ["**/*.{browser,postgres,process}.test.ts", slow, "apps/web/test/**"],
    // Files share a worker and its modules: loading them for each file is a third of the work.
    isolate: false
  }
}

/** The built board in a browser. */
const board: TestProjectInlineConfiguration = {
  extends: true,
  test: { name: "board", include: ["apps/web/test/**/*.test.ts"], globalSetup: "apps/web/test/built.ts" }
}

const faults: TestProjectInlineConfiguration = {
  extends: true,
  test: { name: "faults", include: [slow] }
}

// Which tests of the command start a process, and why, is said in apps/cli/test/command.ts.
const everyTest = process.env["AUMAI_TEST_COMMAND"] === "all"
const processes = `apps/cli/test/**/*.${everyTest ? "" : "process."}test.ts`

/** The command started as a process, in one of its forms. */
const command = (name: "source" | "bundle" | "binary"): TestProjectInlineConfiguration => ({
  extends: true,
  test: {
    name,
    include: [name === "source" ? "apps/cli/test/Start.process.test.ts" : processes],
    exclude: ["**/*.postgres.test.ts"],
    globalSetup: "apps/cli/test/form.ts"
  }
})

const postgres: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: "postgres",
    include: ["{packages,apps}/**/test/**/*.postgres.test.ts"],
    // Starts a server, only when one of these tests has been selected.
    globalSetup: ["tooling/postgres.ts", "apps/cli/test/form.ts"],
    // One after another on a server that all workers share; see tooling/postgres.ts.
    ...(installedPostgres === undefined ? {} : { maxWorkers: 1 })
  }
}

const inChromium = playwright({ launchOptions, persistentContext: profile })

const browser: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: "browser",
    include: ["{packages,apps}/**/test/**/*.browser.test.ts"],
    // Pages side by side would not share one profile on disk.
    fileParallelism: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: "chromium" }],
      provider: {
        ...inChromium,
        // Only when a browser test has been selected: any other run neither unpacks the browser nor launches it.
        providerFactory: (project) => {
          prepare()
          return inChromium.providerFactory(project)
        }
      }
    }
  }
}

/** The commit that is tested: simulations draw seeds from it. Outside of a clone it is that of no commit. */
const commit = (): string => {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd: import.meta.dirname, encoding: "utf8" }).trim()
  } catch {
    return "0".repeat(40)
  }
}

export default defineConfig({
  test: {
    projects: [node, board, command("source"), command("bundle"), command("binary"), faults, postgres, browser],
    exclude: ["**/node_modules/**", "**/dist/**"],
    maxWorkers: workers,
    sequence: { sequencer: LongestFirst },
    provide: { commit: commit() },
    // A third less work for each start of a process from source, of which there are hundreds.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/node") },
    // No test measures time; this only ends one that hangs, also on a machine that is busy with something else.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 20_000 } },
    reporters: ["default", new SummaryReporter()]
  }
})
