/** The thread of one study: reads the history, tells how far it is, answers, and ends. */
import { parentPort, workerData } from "node:worker_threads";
import type { Text } from "#model/text";
import { readHistoryFile } from "../history/file.ts";
import { learnSite } from "./learn-site.ts";
import { runTuning } from "./run-tuning.ts";
import type { StudyInput, StudySaid } from "./studies.ts";

const port = parentPort!;
const say = (said: StudySaid) => port.postMessage(said);
const input = workerData as StudyInput;
try {
  if (input.study === "tuning") {
    say({ tuning: runTuning({ ...input, progress: (progress) => say({ progress }) }) });
  } else {
    using file = readHistoryFile(input.folder);
    say({ learned: file ? learnSite(input.site, file, input) : [] });
  }
} catch (error) {
  const { because } = error as { because?: Text };
  if (!because || input.study !== "tuning") throw error;
  say({ because });
}
