import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { createDataFolder } from "../../support/data-folder.ts";
import { needs } from "../../support/needs.ts";

// Each test starts a process of its own and waits for a disk.
vi.setConfig({ testTimeout: 120_000 });

const program = fileURLToPath(new URL("../../support/commit-for-ever.ts", import.meta.url));

/** A process that commits for ever, started by way of `command`, and read line by line. */
function startCommitting(command: string, args: readonly string[], folder: string, room = "0") {
  const all = [...args, process.execPath, program, folder, room];
  const child = spawn(command, all, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const seen: string[] = [];
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The process ended after: ${seen.slice(-5).join(" | ")}`);
    seen.push(value);
    return value as string;
  };
  return {
    child,
    seen,
    /** Reads on until a line begins so. */
    async until(start: string): Promise<string> {
      for (;;) {
        const line = await next();
        if (line.startsWith(start)) return line;
      }
    },
    /** What the process says of its own file at its end. `pid`: the committing process, when it is a child of `command`. */
    async verdict(pid = child.pid!) {
      process.kill(pid, "SIGTERM");
      const line = await this.until("verdict");
      if (child.exitCode === null) await once(child, "exit");
      return JSON.parse(line.slice("verdict ".length));
    },
    [Symbol.dispose]: () => void child.kill("SIGKILL"),
  };
}

const run = (command: string, ...args: string[]) => spawnSync(command, args, { encoding: "utf8" });

/** A tool is used when it is there and the machine lets us; a missing one is told, and fails where CI is set. */
function may(program: string, debianPackage: string, ...probe: string[]): boolean {
  const there = run(program, "--version").error === undefined;
  if (!needs(program, `apt-get install ${debianPackage}`, there)) return false;
  const allowed = run(program, ...probe).status === 0;
  if (!allowed) process.stderr.write(`${program} is not allowed to work here: tests of failing disks are not run\n`);
  return allowed;
}

const canMount = may("unshare", "util-linux", "-rm", "sh", "-c", "mount -t tmpfs none /tmp");

test.runIf(canMount)(
  "on a full disk plans wait in order, people are told once, and all is written when there is room",
  async () => {
    using folder = createDataFolder();
    const ownDisk = ["-rm", "sh", "-c", 'mount -t tmpfs -o size=2m none "$0" && exec "$@"', folder.path];
    using house = startCommitting("unshare", ownDisk, folder.path, "20000");
    expect(await house.until("away The disk of the data folder")).toContain("is full");

    const room = ["-t", `${house.child.pid}`, "-U", "-m", "mount", "-o", "remount,size=64m", folder.path];
    expect(run("nsenter", ...room)).toMatchObject({ status: 0 });
    await house.until("back");
    await house.until("settled");
    expect(house.seen.filter((line) => line.includes("is full"))).toHaveLength(1);
    await house.until("stored");
    expect(await house.verdict()).toMatchObject({ ok: true });
  },
);

const canLimit = may("prlimit", "util-linux", "--fsize=unlimited", "true");

test.runIf(canLimit)(
  "when writing fails, the file is opened anew until it works again, and no plan is lost",
  async () => {
    using folder = createDataFolder();
    using house = startCommitting("sh", ["-c", 'ulimit -S -f 4000; exec "$@"', "sh"], folder.path, "20000");
    await house.until("away Reading or writing the data folder");
    expect(run("prlimit", "--pid", `${house.child.pid}`, "--fsize=unlimited")).toMatchObject({ status: 0 });
    await house.until("settled");
    await house.until("stored");
    const verdict = await house.verdict();
    expect(verdict).toMatchObject({ ok: true });
    expect(verdict.rows).toBe(verdict.lastSeq);
  },
);

const canInject = may("strace", "strace", "-qq", "-e", "inject=fdatasync:error=EIO:when=9", "true");

const inject = (what: string) => ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", what];

/** The process that strace started. */
const childOf = (pid: number) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());

test.runIf(canInject).each([20, 21, 22])(
  "when fsync no. %i fails, the plan is in the journal once: neither lost nor doubled",
  async (n) => {
    using folder = createDataFolder();
    using house = startCommitting("strace", inject(`inject=fdatasync,fsync:error=EIO:when=${n}`), folder.path);
    await house.until("away Reading or writing the data folder");
    await house.until("settled");
    await house.until("stored");
    const verdict = await house.verdict(childOf(house.child.pid!));
    expect(verdict).toMatchObject({ ok: true });
    expect(verdict.rows).toBe(verdict.lastSeq);
  },
);

test.runIf(canInject)(
  "when fsync hangs for 1.5 s, the answer is away at once, and the plan is stored later",
  async () => {
    using folder = createDataFolder();
    using house = startCommitting("strace", inject("inject=fdatasync,fsync:delay_enter=1500000:when=20"), folder.path);
    await house.until("away The disk did not finish writing within 200 ms");
    await house.until("settled");
    expect(house.seen.filter((line) => line.startsWith("back")).length).toBeGreaterThan(0);
    expect(await house.verdict(childOf(house.child.pid!))).toMatchObject({ ok: true });
  },
);
