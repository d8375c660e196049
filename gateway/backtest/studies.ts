/** What the running gateway finds out about its rules from the last days: the tuning report, and limits learned from the flow. */
import { Worker } from "node:worker_threads";
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import type { Instant } from "#model/time";
import type { Learned } from "./learn.ts";
import type { TuningReport } from "./run-tuning.ts";

interface Range {
  readonly from: Instant;
  readonly to: Instant;
}

export interface TuningJob {
  readonly state: "running" | "done" | "failed";
  /** 0 to 1. */
  readonly progress: number;
  readonly report?: TuningReport;
  readonly because?: Text;
}

/** Each in a thread of its own, one at a time. */
export interface Studies extends AsyncDisposable {
  /** `undefined`: another study is running. */
  tune(rules: readonly RuleDefinition[], range: Range): TuningJob | undefined;
  /** The running or the last tuning report. */
  tuned(): TuningJob | undefined;
  /** `undefined`: another study is running. Rejects with what broke down. */
  learn(range: Range): Promise<readonly Learned[]> | undefined;
}

export type StudyInput = Range & { readonly site: Site; readonly folder: string } & (
    | { readonly study: "tuning"; readonly rules: readonly RuleDefinition[] }
    | { readonly study: "learning" }
  );
export type StudySaid =
  | { readonly progress: number }
  | { readonly tuning: TuningReport }
  | { readonly learned: readonly Learned[] }
  | { readonly because: Text };

export function createStudies(site: Site, folder: string): Studies {
  let thread: Worker | undefined;
  let job: TuningJob | undefined;

  function start(input: StudyInput, hear: (said: StudySaid) => void, failed: (error: Error) => void): void {
    const worker = new Worker(new URL("./study-worker.ts", import.meta.url), {
      name: "study",
      workerData: input,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 1_024 },
    });
    thread = worker;
    worker.on("message", hear);
    worker.on("error", failed);
    worker.on("exit", () => {
      thread = undefined;
      failed(new Error("stopped"));
    });
  }

  return {
    tune(rules, range) {
      if (thread) return undefined;
      job = { state: "running", progress: 0 };
      const fail = (because: Text) => {
        if (job?.state === "running") job = { state: "failed", progress: job.progress, because };
      };
      start(
        { study: "tuning", site, folder, rules, ...range },
        (said) => {
          if ("progress" in said) job = { state: "running", progress: said.progress };
          else if ("tuning" in said) job = { state: "done", progress: 1, report: said.tuning };
          else if ("because" in said) fail(said.because);
        },
        ({ message }) =>
          fail({
            zh: `整定报告中断（${message}），请重试。`,
            en: `The tuning report broke down (${message}). Try again.`,
          }),
      );
      return job;
    },
    tuned: () => job,
    learn(range) {
      if (thread) return undefined;
      return new Promise((resolve, reject) => {
        start(
          { study: "learning", site, folder, ...range },
          (said) => {
            if ("learned" in said) resolve(said.learned);
          },
          reject,
        );
      });
    },
    async [Symbol.asyncDispose]() {
      await thread?.terminate();
    },
  };
}
