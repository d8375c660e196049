/** The ground-truth log: in order, bounded, on disk when asked. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTruthLog } from "../../simulators/truth.ts";

const entry = (device: string) => ({ kind: "mark" as const, device, tells: { zh: "事", en: "a thing" } });

test("records are numbered, can be asked for from a number or an instant on, and the oldest are dropped", () => {
  let now = 1000;
  const truth = createTruthLog(() => now, 3);
  for (const device of ["a", "b", "c", "d"]) {
    truth.record(entry(device));
    now += 1000;
  }
  expect(truth.after(0).map(({ device }) => device)).toEqual(["b", "c", "d"]);
  expect(truth.after(3).map(({ seq }) => seq)).toEqual([4]);
  expect(truth.from(3000).map(({ device }) => device)).toEqual(["c", "d"]);
  expect(truth.after(0)[0]?.at).toBe("1970-01-01T00:00:02.000Z");
});

test("with a file, each record is a line of JSON", () => {
  const folder = mkdtempSync(join(tmpdir(), "truth-"));
  try {
    const file = join(folder, "truth.jsonl");
    const truth = createTruthLog(() => 0, 1, file);
    truth.record(entry("a"));
    truth.record(entry("b"));
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).device)).toEqual(["a", "b"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
