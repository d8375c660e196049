/** The thread of one backtest: replays, tells how far it is, answers with the report, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import type { Text } from "#model/text";
import { type BacktestInput, runBacktest } from "./run-backtest.ts";

const port = parentPort!;
try {
  const report = runBacktest({
    ...(workerData as BacktestInput),
    progress: (progress) => port.postMessage({ progress }),
  });
  port.postMessage({ report });
} catch (error) {
  const { because } = error as { because?: Text };
  if (!because) throw error;
  port.postMessage({ because });
}
