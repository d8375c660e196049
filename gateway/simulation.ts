/** The simulated building beside the gateway: a process of its own, started with it and ended with it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Text } from "#model/text";
import type { Log } from "./log.ts";

/** The simulators did not come up: what they said. */
export class SimulationFailed extends Error {
  readonly because: Text;
  constructor(because: Text) {
    super(because.en);
    this.name = "SimulationFailed";
    this.because = because;
  }
}

const PROGRAM = fileURLToPath(new URL("../simulators/main.ts", import.meta.url));

/** Starts the fleet and resolves once every port listens; disposing ends the process and waits for it. */
export async function startSimulation(input: {
  readonly fleet: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, [PROGRAM, "run", input.fleet, "--with-parent"], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...input.environment },
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  let stopping = false;
  let said = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => {
      if (text.includes("ready ")) resolve();
    });
  });
  const failed = ended.then(() => {
    const text = said.trim() || "no output";
    throw new SimulationFailed({
      zh: `模拟楼宇未能启动：${text}`,
      en: `The simulated building did not start: ${text}`,
    });
  });
  await Promise.race([ready, failed]);
  failed.catch(() => {
    if (!stopping)
      input.log.error({ said: said.trim() }, "the simulated building has ended; its devices will go offline");
  });
  return {
    async [Symbol.asyncDispose]() {
      stopping = true;
      child.kill("SIGTERM");
      await ended;
    },
  };
}
