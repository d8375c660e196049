/** What every device profile must pass, and the registers of the default maps. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PointDefinition } from "#model/points";
import { protocols } from "../../../gateway/site/device-file.ts";
import { formatProblem } from "../../../gateway/site/problems.ts";
import { canonicalPoints } from "../../../rules/language/canonical.ts";
import { checkRules } from "../../../rules/language/check.ts";
import { install, profileFolder, profileNames, readLibrary } from "../../rules/library/installation.ts";

const rules = await readLibrary();
const chinese = /\p{Script=Han}/u;

/** Smallest and largest raw number of a register type. */
function rawLimits(point: PointDefinition): readonly [number, number] {
  if (!/^(holding|input):/.test(point.atText)) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const type = /:(\w+?)(?::[A-D]{4})?$/.exec(point.atText)?.[1] ?? "u16";
  const limits: Record<string, readonly [number, number]> = {
    u16: [0, 65_535],
    i16: [-32_768, 32_767],
    u8hi: [0, 255],
    u8lo: [0, 255],
    u32: [0, 4_294_967_295],
    i32: [-2_147_483_648, 2_147_483_647],
  };
  return limits[type] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}

const names = await profileNames();
test("there are profiles, and at least one for every kind of equipment that the packs watch", async () => {
  expect(names.length).toBeGreaterThanOrEqual(15);
  const kinds = new Set((await Promise.all(names.map((name) => install(name)))).map(({ device }) => device.kind));
  // The gateway watches itself: nobody connects it.
  kinds.add("gateway");
  expect([...new Set(rules.map((rule) => rule.kind))].filter((kind) => !kinds.has(kind))).toEqual([]);
});

describe.each(names)("the profile %s", async (name) => {
  const { device, points, fields } = await install(name);
  const text = await readFile(join(profileFolder, `${name}.yaml`), "utf8");
  const canonical = canonicalPoints(device.kind);

  test("loads without a problem: known keys and units, good addresses, no two points on one register", () => {
    // `install` throws with every problem that the site loader finds.
    expect(points.length).toBeGreaterThan(0);
    expect(device.name.zh).toMatch(chinese);
  });

  test("has a Chinese and an English name for every point", () => {
    for (const point of points) {
      expect(point.name.zh, point.key).toMatch(chinese);
      expect(point.name.en, point.key).not.toMatch(chinese);
    }
    expect(new Set(points.map((point) => point.name.zh)).size).toBe(points.length);
  });

  test("uses the ids, types and units that the rules know, and marks every point that no rule knows as its own", () => {
    for (const point of points) {
      const known = canonical.get(point.key);
      expect([point.key, point.tags.includes("own")]).toEqual([point.key, known === undefined]);
      if (!known) continue;
      expect([point.key, point.unit]).toEqual([point.key, known.unit]);
      // Codes that differ by platform are numbers, so that an unknown one is still seen.
      const told = known.type === "enum" && point.type === "number" ? "enum" : point.type;
      expect([point.key, told]).toEqual([point.key, known.type]);
    }
  });

  test("is watched by rules of the packs", () => {
    const { problems, applies } = checkRules(rules, [device], points);
    expect(problems.map((problem) => formatProblem(problem, "en"))).toEqual([]);
    expect(applies.filter((row) => row.applies).length).toBeGreaterThan(0);
  });

  test("says for which protocol it is, where it comes from, how to wire it and what was not checked, in both languages", () => {
    const { protocol, source, notes } = fields;
    expect(protocols).toContain(protocol);
    expect(source?.length).toBeGreaterThan(20);
    const lines = Array.isArray(notes) ? notes : [];
    for (const line of lines) expect(line).toMatch(/\p{Script=Han}\P{Script=Han}{25,}$/u);
    const text = lines.join(" ");
    expect(text).toMatch(/接线.*Wiring/);
    expect(`${source} ${text}`).toMatch(/not checked|not opened|engineering judgement/);
  });

  test("writes nothing where lives depend on it", () => {
    if (device.kind === "fire" || device.kind === "elevator") {
      expect(points.filter((point) => point.write !== undefined)).toEqual([]);
      expect(text).not.toMatch(/\bwrite:/);
    }
  });

  test("has ranges that its registers can hold, and codes for not-available that are no values", () => {
    for (const point of points) {
      const [low, high] = rawLimits(point);
      if (point.range) {
        expect((point.range[0] - point.offset) / point.scale, point.key).toBeGreaterThanOrEqual(low);
        expect((point.range[1] - point.offset) / point.scale, point.key).toBeLessThanOrEqual(high);
      }
      for (const raw of point.notAvailable) {
        expect(raw >= low && raw <= high, point.key).toBe(true);
        const value = raw * point.scale + point.offset;
        const inside = point.range ? value >= point.range[0] && value <= point.range[1] : false;
        expect(inside, `${point.key}: ${raw} is an ordinary value`).toBe(false);
      }
    }
  });

  test("does not hide small changes from rules that measure them", () => {
    const measured = ["heartbeat", "speed", "outlet_pressure", "inlet_pressure", "flow", "sump_level", "tank_level"];
    for (const point of points) {
      if (measured.includes(point.key)) expect(point.deadband, point.key).toBe(0);
      if (point.range) expect(point.deadband).toBeLessThan((point.range[1] - point.range[0]) / 50);
    }
  });

  test("turns no point stale between two ordinary polls", () => {
    for (const point of points) expect(point.staleAfter).toBeGreaterThanOrEqual(3 * point.every);
  });

  test("has codes with words for every enum", () => {
    for (const point of points.filter((p) => p.type === "enum")) {
      expect(Object.keys(point.values ?? {}).length, point.key).toBeGreaterThan(1);
    }
  });

  test("has nothing to write when it is fire equipment or a lift", () => {
    // The site check refuses it; this holds even if a profile is read another way.
    if (device.kind === "fire" || device.kind === "elevator") expect(points.filter((point) => point.write)).toEqual([]);
  });

  test("is named in the README of its folder", async () => {
    expect(await readFile(join(profileFolder, "README.md"), "utf8")).toContain(`| \`${name}\` | \`${device.kind}\` |`);
  });
});

/** `id register scale`, as the map of the device prints them. */
const rows = (text: string) => text.trim().split(/\s*\n\s*/);
const told = (points: readonly PointDefinition[]) => points.map((p) => `${p.key} ${p.atText} ${p.scale}`);

test("the default elevator map is the published one, polled every 500 ms but for counters", async () => {
  const { points } = await install("default-elevator");
  expect(told(points)).toEqual(
    rows(`
      heartbeat holding:0:u16 1
      service_mode holding:1:u16 1
      car_status holding:2:u8hi 1
      direction holding:2:u8lo 1
      floor_index holding:3:i16 1
      speed holding:4:i16 0.01
      door_zone holding:5.0 1
      door_closed holding:5.1 1
      door_open_limit holding:5.2 1
      landing_lock holding:5.3 1
      safety_circuit holding:5.4 1
      brake_released holding:5.5 1
      occupied holding:5.6 1
      alarm_button holding:5.7 1
      limit_up holding:5.8 1
      limit_down holding:5.9 1
      main_power holding:5.10 1
      fire_recall holding:5.11 1
      fault_code holding:6:u16 1
      load_pct holding:7:u16 0.1
      leveling_error holding:8:i16 0.1
      door_state holding:9:u16 1
      run_count holding:10:u32:ABCD 1
      run_hours holding:12:u32:ABCD 1
      door_cycles holding:14:u32:ABCD 1
      machine_temp holding:16:i16 0.1`),
  );
  const slow = points.filter((point) => point.every !== 500).map((point) => `${point.key} ${point.every}`);
  expect(slow).toEqual(["run_count", "run_hours", "door_cycles", "machine_temp"].map((key) => `${key} 10000`));
});

test("the default booster map is the published one, polled every second but for counters and water quality", async () => {
  const { points } = await install("default-booster");
  const pump = (n: number) => {
    const at = 20 + 10 * (n - 1);
    return `
      p${n}_run holding:${at}.0 1
      p${n}_fault holding:${at}.1 1
      p${n}_auto holding:${at}.2 1
      p${n}_comm_ok holding:${at}.3 1
      p${n}_freq holding:${at + 1}:u16 0.01
      p${n}_current holding:${at + 2}:u16 0.1
      p${n}_power holding:${at + 3}:u16 0.01
      p${n}_temp holding:${at + 4}:i16 0.1
      p${n}_hours holding:${at + 5}:u32:ABCD 1
      p${n}_starts holding:${at + 7}:u32:ABCD 1
      p${n}_alarm holding:${at + 9}:u16 1`;
  };
  const sumpPump = (n: number) => {
    const at = 60 + 4 * (n - 1);
    return `
      s${n}_run holding:${at}.0 1
      s${n}_fault holding:${at}.1 1
      s${n}_auto holding:${at}.2 1
      s${n}_current holding:${at + 1}:u16 0.1
      s${n}_hours holding:${at + 2}:u32:ABCD 1`;
  };
  expect(told(points)).toEqual(
    rows(`
      heartbeat holding:0:u16 1
      sump_high_float holding:1.0 1
      leak_rope holding:1.1 1
      room_flood holding:1.2 1
      control_power holding:1.3 1
      valve_open holding:1.4 1
      plc_fault holding:1.5 1
      all_auto holding:1.6 1
      inlet_pressure holding:2:i16 0.001
      outlet_pressure holding:3:i16 0.001
      pressure_setpoint holding:4:u16 0.001
      flow holding:5:i16 0.1
      flow_total holding:6:u32:ABCD 0.1
      tank_level holding:8:u16 0.01
      sump_level holding:9:u16 0.01
      turbidity holding:10:u16 0.01
      chlorine holding:11:u16 0.01
      ph holding:12:u16 0.01${pump(1)}${pump(2)}${pump(3)}${sumpPump(1)}${sumpPump(2)}`),
  );
  const slow = points.filter((point) => point.every !== 1_000);
  expect(slow.every((point) => point.every === 10_000)).toBe(true);
  expect(slow.map((point) => point.key).filter((key) => !/_(hours|starts|total)$/.test(key))).toEqual([
    "turbidity",
    "chlorine",
    "ph",
  ]);
});
