/** What the running gateway finds out about its rules from the last days: the tuning report, and limits learned from the flow. */
import { Worker } from "node:worker_threads";
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import type { Instant } from "#model/time";
import type { LearningReport } from "./run-learning.ts";
import type { TuningReport } from "./run-tuning.ts";

interface Range {
  readonly from: Instant;
  readonly to: Instant;
}

interface Reports {
  readonly tuning: TuningReport;
  readonly learning: LearningReport;
}
export type StudyKind = keyof Reports;

export interface StudyJob<Report> {
  readonly state: "running" | "done" | "failed" | "cancelled";
  /** 0 to 1. */
  readonly progress: number;
  readonly report?: Report;
  /** Why it failed. */
  readonly because?: Text;
}
export type TuningJob = StudyJob<TuningReport>;
export type LearningJob = StudyJob<LearningReport>;

/** Each in a thread of its own, one at a time. */
export interface Studies extends AsyncDisposable {
  /** `undefined`: another study is running. */
  tune(rules: readonly RuleDefinition[], range: Range): TuningJob | undefined;
  /** As `tune`. */
  learn(range: Range): LearningJob | undefined;
  /** The running or the last one of its kind. */
  standing<Kind extends StudyKind>(kind: Kind): StudyJob<Reports[Kind]> | undefined;
  cancel(kind: StudyKind): Promise<void>;
}

export type StudyInput = Range & { readonly site: Site; readonly folder: string } & (
    | { readonly study: "tuning"; readonly rules: readonly RuleDefinition[] }
    | { readonly study: "learning" }
  );
export type StudySaid =
  | { readonly progress: number }
  | { readonly report: Reports[StudyKind] }
  | { readonly because: Text };

/** `site`: with the values in force now. */
export function createStudies(site: () => Site, folder: string): Studies {
  let running: { readonly kind: StudyKind; readonly thread: Worker } | undefined;
  const jobs: { -readonly [Kind in StudyKind]?: StudyJob<Reports[Kind]> } = {};

  function start(input: StudyInput): void {
    const kind = input.study;
    const thread = new Worker(new URL("./study-worker.ts", import.meta.url), {
      name: "study",
      workerData: input,
      execArgv: [],
      // Years of everything must not take the gateway's memory with them.
      resourceLimits: { maxOldGenerationSizeMb: 1_024 },
    });
    running = { kind, thread };
    let job: StudyJob<Reports[StudyKind]> = { state: "running", progress: 0 };
    const become = (next: Partial<typeof job>) => {
      if (job.state !== "running") return;
      job = { ...job, ...next };
      Object.assign(jobs, { [kind]: job });
    };
    become({});
    thread.on("message", (said: StudySaid) => {
      if ("progress" in said) become({ progress: said.progress });
      else if ("report" in said) become({ state: "done", progress: 1, report: said.report });
      else become({ state: "failed", because: said.because });
    });
    thread.on("error", ({ message }) => become({ state: "failed", because: brokenDown(message) }));
    thread.on("exit", () => {
      if (running?.thread === thread) running = undefined;
      become({ state: "cancelled" });
    });
  }

  return {
    tune(rules, range) {
      if (running) return undefined;
      start({ study: "tuning", site: site(), folder, rules, ...range });
      return jobs.tuning;
    },
    learn(range) {
      if (running) return undefined;
      start({ study: "learning", site: site(), folder, ...range });
      return jobs.learning;
    },
    standing: (kind) => jobs[kind],
    async cancel(kind) {
      if (running?.kind === kind) await running.thread.terminate();
    },
    async [Symbol.asyncDispose]() {
      await running?.thread.terminate();
    },
  };
}

const brokenDown = (message: string): Text => ({
  zh: `分析中断（${message}）。请缩短时间范围后重试。`,
  en: `The study broke down (${message}). Try again with a shorter range.`,
});
