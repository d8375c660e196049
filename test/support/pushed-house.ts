/** The demo site's house as a process of its own whose clock a test pushes on: killed and started again on the same data. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ChannelSetting } from "#model/site";
import type { Instant, Span } from "#model/time";

const PROCESS = fileURLToPath(new URL("pushed-house-process.ts", import.meta.url));

export interface HousePlan {
  readonly data: string;
  readonly ports: { readonly console: number; readonly modbus: number; readonly control: number };
  readonly channels: readonly ChannelSetting[];
  /** Folder of the built console. */
  readonly console: string;
  /** What the clock says at the start. */
  readonly now: Instant;
}

export type Told = { readonly url: string } | { readonly now: Instant };

export interface PushedHouse extends AsyncDisposable {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything printed so far: the log. */
  output(): string;
  /** Lets this much time go by at once (0: none); answers what the clock says then. */
  push(span: Span | 0): Promise<Instant>;
  /** SIGKILL: as a power cut would. */
  kill(): Promise<void>;
}

/** Starts it and resolves once it listens. */
export async function startPushedHouse(plan: HousePlan): Promise<PushedHouse> {
  const child = fork(PROCESS, [JSON.stringify(plan)], { stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv: [] });
  const ended = once(child, "exit");
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
  const told = async (): Promise<Told> => {
    const over = new AbortController();
    try {
      return await Promise.race([
        once(child, "message", { signal: over.signal }).then(([one]) => one as Told),
        ended.then(([code]) => Promise.reject(new Error(`the house ended with ${code}:\n${printed}`))),
      ]);
    } finally {
      over.abort();
    }
  };
  const first = await told();
  if (!("url" in first)) throw new Error("the house did not say where it listens");
  return {
    url: first.url,
    process: child,
    output: () => printed,
    async push(span) {
      child.send({ push: span });
      const answer = await told();
      if (!("now" in answer)) throw new Error("the house did not say what time it is");
      return answer.now;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      await ended;
    },
  };
}
