/** Backtests that people ask the running gateway for: one at a time, each in a thread of its own, so that nothing else waits. */
import { Worker } from "node:worker_threads";
import type { Problem } from "#model/problem";
import type { RuleDefinition } from "#model/rule";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import type { Instant } from "#model/time";
import type { BacktestReport } from "./report.ts";
import type { BacktestInput } from "./run-backtest.ts";
import { createStudies, type Studies } from "./studies.ts";

export interface BacktestJob {
  readonly id: number;
  readonly rule: string;
  readonly state: "running" | "done" | "failed" | "cancelled";
  /** 0 to 1. */
  readonly progress: number;
  readonly report?: BacktestReport;
  /** Why it failed. */
  readonly because?: Text;
}

export interface BacktestRequest {
  readonly rule: RuleDefinition;
  /** YAML of a changed copy. */
  readonly changed?: string;
  readonly from: Instant;
  readonly to: Instant;
}

export type Started =
  | { readonly job: BacktestJob }
  | { readonly refused: "busy" }
  | { readonly refused: "problems"; readonly problems: readonly Problem[] };

export interface Backtests extends AsyncDisposable {
  readonly studies: Studies;
  start(request: BacktestRequest): Promise<Started>;
  /** The running or the last one. */
  standing(): BacktestJob | undefined;
  cancel(): Promise<void>;
}

export interface BacktestsInput {
  /** With the values in force now. */
  readonly site: () => Site;
  /** Data folder with `history.db`. */
  readonly folder: string;
  readonly readChanged: (rule: string, text: string) => Promise<{ rule: RuleDefinition } | { problems: Problem[] }>;
}

type Said = { readonly progress: number } | { readonly report: BacktestReport } | { readonly because: Text };

export function createBacktests({ site, folder, readChanged }: BacktestsInput): Backtests {
  const studies = createStudies(site, folder);
  let job: BacktestJob | undefined;
  let thread: Worker | undefined;
  let isStarting = false;
  let nextId = 1;

  function run(input: BacktestInput): BacktestJob {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      name: "backtest",
      workerData: input,
      execArgv: [],
      // A rule over everything for years must not take the gateway's memory with it.
      resourceLimits: { maxOldGenerationSizeMb: 1_024 },
    });
    const id = nextId++;
    let present: BacktestJob = { id, rule: input.rule.id, state: "running", progress: 0 };
    job = present;
    thread = worker;
    const become = (more: Partial<BacktestJob>) => {
      if (job !== present) return;
      present = { ...present, ...more };
      job = present;
    };
    worker.on("message", (said: Said) => {
      if ("progress" in said) become({ progress: said.progress });
      else if ("report" in said) become({ state: "done", progress: 1, report: said.report });
      else become({ state: "failed", because: said.because });
    });
    worker.on("error", (error) => become({ state: "failed", because: brokenDown(error) }));
    worker.on("exit", () => {
      if (thread === worker) thread = undefined;
      if (present.state === "running") become({ state: "cancelled" });
    });
    return present;
  }

  return {
    studies,
    async start(request) {
      if (thread || isStarting) return { refused: "busy" };
      isStarting = true;
      try {
        const { rule, from, to } = request;
        const changed = request.changed === undefined ? undefined : await readChanged(rule.id, request.changed);
        if (changed && "problems" in changed) return { refused: "problems", problems: changed.problems };
        const input = {
          site: site(),
          rule,
          from,
          to,
          source: { folder },
          ...(changed ? { changed: changed.rule } : {}),
        };
        return { job: run(input) };
      } finally {
        isStarting = false;
      }
    },
    standing: () => job,
    async cancel() {
      await thread?.terminate();
    },
    async [Symbol.asyncDispose]() {
      await studies[Symbol.asyncDispose]();
      await thread?.terminate();
    },
  };
}

const brokenDown = (error: unknown): Text => {
  const detail = error instanceof Error ? error.message : String(error);
  return {
    zh: `试算中断（${detail}）。请缩短时间范围后重试。`,
    en: `The backtest broke down (${detail}). Try again with a shorter range.`,
  };
};
