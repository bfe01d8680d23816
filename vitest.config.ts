import { defineConfig } from "vitest/config"

import SummaryReporter from "./tooling/summary-reporter.ts"

export default defineConfig({
  test: {
    include: ["{packages,apps,tooling}/**/test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    reporters: ["default", new SummaryReporter()]
  }
})
