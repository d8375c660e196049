import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openLedger } from "../../../gateway/store/sqlite/ledger.ts";
import { verify } from "../../../gateway/store/sqlite/verify.ts";
import { createDataFolder } from "../../support/data-folder.ts";

const program = fileURLToPath(new URL("../../support/commit-for-ever.ts", import.meta.url));

/** Kills the process once it has printed `lines` lines, after a number of turns of the loop; gives what it had printed. */
async function killAfter(child: ChildProcess, lines: number, turns: number): Promise<string[]> {
  const printed: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    printed.push(line);
    if (printed.length === lines) {
      for (let i = 0; i < turns; i++) await new Promise((next) => setImmediate(next));
      child.kill("SIGKILL");
    }
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return printed;
}

/** 0 for a line that promises nothing: on a slow machine a plan may still be waiting. */
const storedSeq = (line: string) => Number(/^(?:stored|settled) (\d+)$/.exec(line)?.[1] ?? 0);

test("killed at any moment, the house has everything that it had answered as stored, and its chain is whole", async () => {
  using folder = createDataFolder();
  let answered = 0;
  for (let round = 0; round < 8; round++) {
    const child = spawn(process.execPath, [program, folder.path], { stdio: ["ignore", "pipe", "inherit"] });
    const printed = await killAfter(child, 5 + 17 * round, round % 5);
    expect(child.signalCode).toBe("SIGKILL");
    answered = Math.max(answered, ...printed.map(storedSeq));

    using ledger = openLedger(folder.path);
    const { seq } = ledger.head;
    expect(seq).toBeGreaterThanOrEqual(answered);
    expect(
      await verify(
        () => ledger.database,
        async () => {},
      ),
    ).toEqual({ ok: true, rows: seq });
  }
}, 120_000);
