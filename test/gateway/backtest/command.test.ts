/** `gatehouse backtest` as an engineer meets it. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createDataFolder } from "../../support/data-folder.ts";

const MAIN = fileURLToPath(new URL("../../../gateway/main.ts", import.meta.url));
const DEMO = fileURLToPath(new URL("../../../simulators/demo-site", import.meta.url));

function backtest(args: readonly string[], language = "en_US.UTF-8") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "backtest", DEMO, ...args], {
    env: { ...process.env, LANG: language, LC_ALL: language },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** A tank that stands at 2 m and falls to 0.5 m after five minutes. */
function tank(folder: string): string {
  const csv = join(folder, "tank.csv");
  const rows = Array.from({ length: 600 }, (_, second) => {
    const at = Temporal.Instant.fromEpochMilliseconds(1_795_248_000_000 + second * 1_000).toString();
    return `${at},booster-1.tank_level,${second < 300 ? 2 : 0.5}`;
  });
  writeFileSync(csv, rows.join("\n"));
  return csv;
}

test("a library rule is tried on a spreadsheet, in the person's language and the site's time", () => {
  using folder = createDataFolder();
  const args = ["--rule", "water.tank_low", "--csv", tank(folder.path)];
  const { status, stdout } = backtest(args);
  expect(status).toBe(0);
  expect(stdout).toContain("it would have raised 1 alarms");
  expect(stdout).toContain("! 2026-11-21 16:06:00 – not over  S2 water.tank_low@booster-1  The tank has been at 0.5 m");
  expect(stdout).toContain("#1 pump_fault S2 booster-1 2026-11-21 16:06:00  1 alarms");
  expect(stdout).toContain("Left out: shelving");
  expect(backtest(args, "zh_CN.UTF-8").stdout).toContain("会产生 1 条告警");
});

test("old against new; a changed rule with mistakes is not tried", () => {
  using folder = createDataFolder();
  const changed = join(folder.path, "changed.yaml");
  const args = ["--rule", "water.tank_low", "--csv", tank(folder.path), "--with", changed];
  writeFileSync(changed, "- override: water.tank_low\n  params: { tankLow: 0.3 m }\n");
  expect(backtest(args)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("The changed rule: 0 alarms, 0 tickets; the same 0, missed 1, extra 0."),
  });
  writeFileSync(changed, "- override: water.tank_low\n  params: { tankLo: 0.3 m }\n");
  expect(backtest(args)).toMatchObject({ status: 78, stdout: "", stderr: expect.stringContaining("changed.yaml:2") });
});

test.each([
  [[], 64],
  [["--rule", "water.tank_low", "--from", "yesterday"], 64],
  [["--rule", "water.tank_low", "--csv", "/no/such/file"], 1],
  [["--rule", "water.tank_lo"], 78],
  [["--tuning", "--rule", "water.tank_lo"], 78],
])("%j ends with a sentence and %i", (args, code) => {
  const { status, stderr } = backtest(args);
  expect(status).toBe(code);
  expect(stderr).not.toContain("    at ");
  expect(stderr.length).toBeGreaterThan(20);
});
