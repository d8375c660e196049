/** The thread of one study: reads the history, tells how far it is, answers, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import type { Text } from "#model/text";
import { runLearning } from "./run-learning.ts";
import { runTuning } from "./run-tuning.ts";
import type { StudyInput, StudySaid } from "./studies.ts";

const port = parentPort!;
const say = (said: StudySaid) => port.postMessage(said);
const input = workerData as StudyInput;
const progress = (share: number) => say({ progress: share });
try {
  say({ report: input.study === "tuning" ? runTuning({ ...input, progress }) : runLearning({ ...input, progress }) });
} catch (error) {
  const { because } = error as { because?: Text };
  if (!because) throw error;
  say({ because });
}
