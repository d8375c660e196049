import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** One runner for every test. Benchmarks live in `test/bench` and never run here. */
export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    // Houses run beside each other: the broker of the demo site takes any free port.
    env: { GATEHOUSE_BROKER_PORT: "0" },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What comes from another process is waited for as long as a busy machine may take; a poll ends when it has come.
    expect: { poll: { timeout: 30_000 } },
  },
});
