import { defineConfig } from "vitest/config"

import SummaryReporter from "./tooling/summary-reporter.ts"

const postgresTests = "**/*.postgres.test.ts"

export default defineConfig({
  test: {
    exclude: ["**/node_modules/**", "**/dist/**"],
    // No test measures time; this only ends one that hangs, also on a machine that is busy with something else.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", new SummaryReporter()],
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["{packages,apps,tooling}/**/test/**/*.test.ts"],
          exclude: [postgresTests]
        }
      },
      // Apart, because their server is only started when one of them is to run.
      {
        extends: true,
        test: {
          name: "postgres",
          include: [`{packages,apps}/*/test/${postgresTests}`],
          globalSetup: "tooling/postgres.ts",
          // One after the other: what one leaves open for a moment holds back the logs of all others on the server.
          maxWorkers: 1
        }
      }
    ]
  }
})
