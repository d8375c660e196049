/** The command line as a process of its own: it comes up, plays, says what is wrong, and goes away with its parent. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { rawClient } from "./wire/raw-client.ts";

const program = fileURLToPath(new URL("../../simulators/main.ts", import.meta.url));
const demoFleet = fileURLToPath(new URL("../../simulators/demo-site/fleet.yaml", import.meta.url));
const environment = { PATH: process.env.PATH ?? "", LANG: "C.UTF-8" };
const anyPort = { GATEHOUSE_MODBUS_PORT: "0", GATEHOUSE_SIM_PORT: "0" };

let folder: string;
const children: ChildProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-sim-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Running {
  readonly child: ChildProcess;
  readonly control: number;
  readonly modbus: readonly number[];
  readonly exit: Promise<number | null>;
}

/** Starts the demo fleet on free ports and waits until it says that it is ready. */
function start(args: readonly string[] = []): Promise<Running> {
  const child = spawn(process.execPath, [program, "run", demoFleet, ...args], {
    env: { ...environment, ...anyPort },
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  const exit = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  let text = "";
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error(`ended before it was ready: ${text}`)));
    child.stdout?.setEncoding("utf8");
    child.stdout?.on("data", (chunk: string) => {
      text += chunk;
      const ready = /^ready http:\/\/127\.0\.0\.1:(\d+)$/m.exec(text);
      if (!ready) return;
      const modbus = (/Modbus ports ([\d ]+)/.exec(text)?.[1] ?? "").split(" ").map(Number);
      resolve({ child, control: Number(ready[1]), modbus, exit });
    });
  });
}

/** Runs a command to its end. */
function command(args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [program, ...args], { env: { ...environment, ...env } }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err });
    });
  });
}

describe("a running fleet", () => {
  test("answers on its Modbus ports, plays, faults and stops by command, and closes cleanly on SIGTERM", async () => {
    const { child, control, modbus, exit } = await start();
    expect(modbus).toHaveLength(9);
    const client = await rawClient(modbus[0] ?? 0);
    expect((await client.read(1, 4, 3, 0, 17)).length).toBe(9 + 34);
    const env = { GATEHOUSE_SIM_PORT: String(control) };

    const play = await command(
      ["play", "elevator-entrapment", "--device", "lift-1", "--speed", "2", "--seed", "7"],
      env,
    );
    expect([play.code, play.err]).toEqual([0, ""]);
    expect(JSON.parse(play.out)).toMatchObject({
      scenario: "elevator-entrapment",
      device: "lift-1",
      speed: 2,
      seed: 7,
    });
    const list = await command(["list"], env);
    expect(list.out).toMatch(/pipe-burst-large +booster/);
    expect(list.out).toMatch(/lift-1 .*elevator-entrapment/);

    const story = await command(["list", "pipe-burst"], env);
    expect(story.out).toMatch(/--param hole=20 +10–30 mm/);
    expect(story.out).toMatch(/→ water\.pipe_burst_drop +S1 ≤ 22 s pipe_burst/);
    expect((await command(["list", "faults"], env)).out).toMatch(/slow +unit .*--seconds 0\.5 \(0\.01–10\)/);
    const burst = await command(["play", "pipe-burst", "--device", "booster-1", "--param", "hole=30"], env);
    expect(JSON.parse(burst.out).parameters).toMatchObject({ hole: 30, demand: 8 });
    const huge = await command(["play", "pipe-burst", "--device", "booster-2", "--param", "hole=99"], env);
    expect([huge.code, huge.err]).toEqual([1, "hole is outside its range 10–30 mm\n"]);
    expect((await command(["stop", "--device", "booster-1"], env)).code).toBe(0);
    const slow = await command(["fault", "lift-3", "slow", "--seconds", "2"], env);
    expect([slow.code, slow.err]).toEqual([0, ""]);

    expect((await command(["fault", "lift-2", "exception-4"], env)).code).toBe(0);
    expect([...(await client.read(2, 2, 3, 0, 1))].slice(7)).toEqual([0x83, 4]);
    expect((await command(["fault", "lifts-a", "exception-4", "--off"], env)).code).toBe(0);
    expect((await client.read(3, 2, 3, 0, 1))[7]).toBe(3);
    expect(JSON.parse((await command(["stop"], env)).out).stopped).toHaveLength(1);

    const wrong = await command(["play", "earthquake", "--device", "lift-1"], env);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("There is no scenario earthquake")]);
    child.kill("SIGTERM");
    expect(await exit).toBe(0);
    await client.closed;
  }, 90_000);

  test("beside a parent, leaves Ctrl-C to the parent and ends when the parent lets go of it", async () => {
    const { child, control, exit } = await start(["--with-parent"]);
    child.kill("SIGINT");
    expect((await command(["list"], { GATEHOUSE_SIM_PORT: String(control) })).out).toContain("lift-12");
    child.stdin?.end();
    expect(await exit).toBe(0);
  });
});

describe("what cannot work is told in a sentence, exit code 1", () => {
  test("a Modbus port that is taken, with the variable that moves it", async () => {
    const taken = createServer();
    await new Promise<void>((listening) => taken.listen(0, "127.0.0.1", listening));
    const address = taken.address();
    const port = typeof address === "object" && address ? address.port : 0;
    try {
      const modbus = await command(["run", demoFleet], { ...anyPort, GATEHOUSE_MODBUS_PORT: String(port) });
      expect([modbus.code, modbus.err]).toEqual([1, expect.stringContaining(`Port ${port} is taken`)]);
      expect(modbus.err).toContain("GATEHOUSE_MODBUS_PORT");
      const control = await command(["run", demoFleet], { ...anyPort, GATEHOUSE_SIM_PORT: String(port) });
      expect([control.code, control.err]).toEqual([1, expect.stringContaining(`Port ${port} is taken`)]);
      expect(control.err).toContain("GATEHOUSE_SIM_PORT");
    } finally {
      taken.close();
    }
  });

  test("a fleet file that is missing or wrong, each problem with file and place", async () => {
    const missing = await command(["run", join(folder, "no.yaml")], anyPort);
    expect([missing.code, missing.err]).toEqual([1, expect.stringMatching(/no\.yaml: cannot be read/)]);
    const truth = await command(["run", demoFleet, "--truth", join(folder, "no", "truth.jsonl")], anyPort);
    expect([truth.code, truth.err]).toEqual([1, expect.stringMatching(/truth\.jsonl: cannot be written/)]);
    const file = join(folder, "bad.yaml");
    writeFileSync(file, "ports:\n  - { name: a, offset: 0, units: [ { unit: 0, device: x, kind: boiler } ] }\n");
    const bad = await command(["run", file], anyPort);
    expect([bad.code, bad.out]).toEqual([1, ""]);
    expect(bad.err).toMatch(/bad\.yaml:2:\d+: ports\[0\]\.units\[0\]\.kind: /);
    const chinese = await command(["run", file], { ...anyPort, LANG: "zh_CN.UTF-8" });
    expect(chinese.err).toMatch(/bad\.yaml:2:\d+: ports\[0\]\.units\[0\]\.kind: .*[\u4e00-\u9fff]/);
  });

  test.each([
    { args: [], says: "gatehouse-sim run" },
    { args: ["dance"], says: "There is no command dance; there are: run list play" },
    { args: ["play", "pump-trip"], says: "gatehouse-sim play <scenario> --device D" },
    { args: ["fault", "lift-1"], says: "gatehouse-sim fault <device or link> <fault>" },
    { args: ["run"], says: "gatehouse-sim run --profile" },
    { args: ["run", "a.yaml", "b.yaml"], says: "gatehouse-sim run <fleet.yaml>" },
    { args: ["stop", "lift-1"], says: "gatehouse-sim stop [--device D]" },
    { args: ["list", "earthquake"], says: "There is no scenario earthquake" },
    { args: ["play", "pump-trip", "--device", "b", "--param", "hole"], says: "--param hole must read name=number" },
    {
      args: ["play", "pump-trip", "--device", "b", "--param", "hole=NaN"],
      says: "--param hole takes a number, not NaN",
    },
    { args: ["play", "pump-trip", "--device", "b", "--speed", "Infinity"], says: "--speed takes a number" },
    { args: ["fault", "lift-1", "slow", "--seconds", "1s"], says: "--seconds takes a number, not 1s" },
    { args: ["storm", "--changes", "-5"], says: "--changes" },
    { args: ["score"], says: "GATEHOUSE_TOKEN" },
    { args: ["play", "pump-trip", "--device", "booster-1", "--speed", "fast"], says: "--speed takes a number" },
    { args: ["run", "x.yaml", "--loud"], says: "--loud" },
  ])("$args", async ({ args, says }) => {
    const { code, err } = await command(args, anyPort);
    expect([code, err]).toEqual([1, expect.stringContaining(says)]);
  });

  test("in Chinese too: an unknown option, an unknown command, a kind that nobody simulates", async () => {
    const zh = { ...anyPort, LANG: "zh_CN.UTF-8" };
    expect((await command(["run", "--loud"], zh)).err).toBe("选项 --loud 有误，gatehouse-sim --help 查看说明\n");
    expect((await command(["dance"], zh)).err).toContain("没有命令 dance，可用：run list play");
    const file = join(folder, "kind.yaml");
    writeFileSync(file, "ports: [ { name: a, offset: 0, units: [ { device: x, kind: boiler } ] } ]\n");
    expect((await command(["run", file], zh)).err).toMatch(/kind: 无效输入，应为 'elevator' \| 'booster'/);
  });

  test("a variable that is no port, and a simulator that does not run", async () => {
    const words = await command(["run", demoFleet], { ...anyPort, GATEHOUSE_MODBUS_PORT: "lots" });
    expect([words.code, words.err]).toEqual([1, expect.stringContaining("GATEHOUSE_MODBUS_PORT=lots is no port")]);
    const nobody = await command(["stop"], { GATEHOUSE_SIM_PORT: "1" });
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining("No simulator answers at 127.0.0.1:1")]);
    expect((await command(["list"], { GATEHOUSE_SIM_PORT: "1" })).code).toBe(0);
  });
});
