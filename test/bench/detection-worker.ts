/** One thread of the detection bench: plays what it is sent and answers with the marks. */
import { parentPort } from "node:worker_threads";
import type { FalseAlarm, Scored, SeenAlarm } from "../../simulators/score.ts";
import { playStory } from "../simulators/stage/play-story.ts";
import { quietDays } from "../simulators/stage/quiet-days.ts";
import type { Play } from "./detection-plays.ts";

export type Job =
  | { readonly kind: "story"; readonly play: Play }
  | { readonly kind: "quiet"; readonly days: number; readonly seed: number };

export type Answer =
  | {
      readonly kind: "story";
      readonly play: Play;
      readonly results: readonly Scored[];
      readonly falseAlarms: readonly FalseAlarm[];
      /** The story could not be played. */
      readonly failed?: string;
      readonly cpuSeconds: number;
    }
  | {
      readonly kind: "quiet";
      readonly days: number;
      readonly alarms: readonly SeenAlarm[];
      readonly moments: readonly Moment[];
      readonly cpuSeconds: number;
    };

/** How often something awkward happened, and how often the plant showed it. */
export interface Moment {
  readonly name: string;
  readonly times: number;
  readonly shown: number;
}

/** Seconds between two polls of pumps and mains in the quiet month: what goes on there is slower, and a month takes minutes instead of a quarter of an hour. */
const quietPoll = 5;

async function answer(job: Job): Promise<Answer> {
  const began = process.threadCpuUsage();
  const cpuSeconds = () => {
    const { user, system } = process.threadCpuUsage(began);
    return Math.round((user + system) / 1e5) / 10;
  };
  if (job.kind === "quiet") {
    const { alarms, truth } = await quietDays(job.days, { seed: job.seed, slowest: quietPoll });
    const marks = truth.filter(({ kind }) => kind === "mark");
    const moments = [...Map.groupBy(marks, ({ scenario = "" }) => scenario)].map(([name, own]) => ({
      name,
      times: own.length,
      shown: own.filter(({ values }) => values?.shown === 1).length,
    }));
    return { kind: "quiet", days: job.days, alarms, moments, cpuSeconds: cpuSeconds() };
  }
  const { play } = job;
  try {
    const { score } = await playStory(play.scenario, { seed: play.seed, params: play.params });
    return { kind: "story", play, results: score.results, falseAlarms: score.falseAlarms, cpuSeconds: cpuSeconds() };
  } catch (error) {
    return { kind: "story", play, results: [], falseAlarms: [], failed: String(error), cpuSeconds: cpuSeconds() };
  }
}

parentPort?.on("message", (job: Job) => {
  void answer(job).then((found) => parentPort?.postMessage(found));
});
