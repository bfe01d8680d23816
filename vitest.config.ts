import { defineConfig } from "vitest/config"

import SummaryReporter from "./tooling/summary-reporter.ts"

export default defineConfig({
  test: {
    include: ["{packages,apps,tooling}/**/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.browser.test.ts"],
    // No test measures time; this only ends one that hangs, also on a machine that is busy with something else.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", new SummaryReporter()]
  }
})
