import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Site } from "#model/site";
import { drivers } from "../../../drivers/catalog.ts";
import { describeApplicability, formatProblem, loadSite } from "../../../gateway/site/load-site.ts";
import { gapsOf } from "../../../gateway/site/shift-gaps.ts";
import { shipped } from "./written-site.ts";

const load = (folder: string, environment: Readonly<Record<string, string>> = {}, library = shipped.library) =>
  loadSite({ folder, drivers, environment, profiles: shipped.profiles, library, policy: shipped.policy });

describe("the demo site", () => {
  let site: Site;
  beforeAll(async () => {
    const result = await load(shipped.demo);
    if ("problems" in result)
      throw new Error(result.problems.map((problem) => formatProblem(problem, "en")).join("\n"));
    site = result.site;
  });

  test("has no problem and no warning", () => {
    expect(site.warnings.map((problem) => formatProblem(problem, "en"))).toEqual([]);
    expect(site).toMatchObject({ id: "demo", simulated: true, listen: { host: "127.0.0.1", port: 8080 } });
  });

  test("has twelve lifts in three buildings, four pump rooms, a fire panel and four doors, each where the simulator answers", () => {
    const port = (link: string): unknown => link.split(":").at(-1);
    expect(site.devices.map(({ id, link, unit }) => `${id} ${port(link)} ${unit}`).sort()).toEqual(
      [
        ...[1, 2, 3, 4].map((n) => `lift-${n} 15020 ${n}`),
        ...[1, 2, 3, 4].map((n) => `lift-${n + 4} 15021 ${n}`),
        ...[1, 2, 3, 4].map((n) => `lift-${n + 8} 15022 ${n}`),
        ...[1, 2, 3, 4].map((n) => `booster-${n} ${15_022 + n} 1`),
        "fire-1 15027 1",
        "access-1 15028 1",
        ...[1, 2, 3, 4].map((n) => `door-${n} 15028 1`),
      ].sort(),
    );
    expect(site.links).toHaveLength(9);
  });

  test("lift-1 has no rescue device, so a power cut in it is an entrapment after 30 s", () => {
    const lift = site.devices.find(({ id }) => id === "lift-1");
    expect(lift?.params).toEqual({ ratedSpeed: 1.75, floors: 20 });
    expect(site.devices.some(({ params }) => params.rescueDevice === true)).toBe(true);
  });

  test("one variable moves all Modbus ports", async () => {
    const moved = await load(shipped.demo, { GATEHOUSE_MODBUS_PORT: "25020" });
    if ("problems" in moved) throw new Error("it must load");
    expect(moved.site.links.map(({ id }) => id).sort()).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((offset) => `modbus-tcp:127.0.0.1:${25_020 + offset}`),
    );
  });

  test("every rule of the library watches every device of its kind; of doors and their controller one of both", () => {
    const rows = describeApplicability(site);
    const kindOf = new Map(site.devices.map(({ id, kind }) => [id, kind]));
    const idle = rows.filter(({ applies }) => !applies);
    expect(idle.filter(({ device }) => kindOf.get(device) !== "access")).toEqual([]);
    const watched = new Set(rows.filter(({ applies }) => applies).map(({ rule }) => rule));
    expect(idle.map(({ rule }) => rule).filter((rule) => !watched.has(rule))).toEqual([]);
  });

  test("around the clock somebody answers for every role", () => {
    for (const team of site.people.teams) {
      const shifts = site.people.shifts.filter((shift) => shift.team === team.id);
      expect([team.id, shifts.length === 0 ? [] : gapsOf(shifts)]).toEqual([team.id, []]);
    }
  });

  test("phone numbers are made up: they begin with 000", () => {
    for (const { phone } of site.people.people) expect(phone).toMatch(/^000/);
  });

  test("the commented examples work when their marks are taken off", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-demo-"));
    try {
      await cp(shipped.demo, folder, { recursive: true });
      const uncomment = async (file: string, from: RegExp, to: RegExp) => {
        const lines = (await readFile(join(folder, file), "utf8")).split("\n");
        const first = lines.findIndex((line) => from.test(line));
        const last = lines.findIndex((line, index) => index >= first && to.test(line));
        expect([file, first >= 0 && last >= first]).toEqual([file, true]);
        await writeFile(
          join(folder, file),
          lines.map((line, index) => (index >= first && index <= last ? line.replace(/^# ?/, "") : line)).join("\n"),
        );
      };
      await uncomment("rules/park.yaml", /^# - id: park/, /^# {3}source:/);
      await uncomment("site.yaml", /^# channels:/, /^# {5}allow:/);
      await uncomment("response.yaml", /^# classes:/, /^# {5}clocks: \{ feedback/);
      const response = join(folder, "response.yaml");
      await writeFile(response, (await readFile(response, "utf8")).replace("\nclasses: {}\n", "\n"));
      await uncomment("people.yaml", /^# leave:/, /^# {3}- \{ for: liu-yang/);
      const result = await load(folder, {
        WECOM_ROBOT_URL: "https://qyapi.example/send?key=k",
        DINGTALK_URL: "https://oapi.example/send?access_token=t",
        DINGTALK_SECRET: "0123456789abcdef",
        DINGTALK_URL_2: "https://oapi.example/send?access_token=u",
        DINGTALK_SECRET_2: "0123456789abcdef",
        FEISHU_URL: "https://open.example/hook/h",
        FEISHU_SECRET: "0123456789abcdef",
        SMS_TOKEN: "Bearer t",
        SMS_ANSWERS_SECRET: "0123456789abcdef",
        SMTP_PASSWORD: "p",
        MQTT_PASSWORD: "p",
        DUTY_DESK_URL: "https://desk.example/hook",
        DUTY_DESK_SECRET: "0123456789abcdef",
      });
      if ("problems" in result)
        throw new Error(result.problems.map((problem) => formatProblem(problem, "en")).join("\n"));
      expect(result.site.rules.some(({ id }) => id === "park.weak_inlet")).toBe(true);
      expect(result.site.channels.map(({ kind }) => kind)).toEqual([
        "wecom",
        "dingtalk",
        "feishu",
        "sms",
        "smtp",
        "mqtt",
        "webhook",
      ]);
      expect(result.site.people.leave).toHaveLength(1);
      expect(result.site.policy.classes.pipe_burst?.severity).toBe("S1");
      expect(result.site.warnings).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("the demo site, torn at random", () => {
  let folder: string;
  /** Two rules of the library, one of them overridden by the demo: all of them would only cost time. */
  let library: string;
  let files: readonly { readonly name: string; readonly lines: readonly string[] }[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatehouse-torn-"));
    library = join(await mkdtemp(join(tmpdir(), "gatehouse-rules-")), "rules/library");
    await mkdir(library, { recursive: true });
    const rules = (await readFile(join(shipped.library, "elevator.yaml"), "utf8")).split(/^(?=- id: )/m);
    const few = rules.filter((rule) => /^- id: elevator\.(machine_room_hot|overspeed)$/m.test(rule));
    expect(few).toHaveLength(2);
    await writeFile(join(library, "elevator.yaml"), few.join(""));
    await cp(shipped.demo, folder, { recursive: true });
    const names = (await readdir(folder, { recursive: true })).filter(
      (name) => name.endsWith(".yaml") && name !== "fleet.yaml",
    );
    files = await Promise.all(
      names.sort().map(async (name) => ({ name, lines: (await readFile(join(folder, name), "utf8")).split("\n") })),
    );
    // Comments are most of some files, and twelve equal lifts prove no more than two.
    files = files.map(({ name, lines }) => {
      const told = lines.filter((line) => !/^\s*(#|$)/.test(line));
      return { name, lines: name.startsWith("devices") ? told.slice(0, 14) : told };
    });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await rm(join(library, "../.."), { recursive: true, force: true });
  });

  const junk = fc.oneof(
    fc.constantFrom(
      "",
      "~",
      "[]",
      "{}",
      "-1",
      "1e999",
      "12345678901234567890",
      "'",
      '"',
      "*a",
      "&a x",
      "!!str x",
      "\t",
      `\${X}`,
      "${",
      "__proto__",
      "true",
      "80",
      "lift-1",
      "S9",
      "PT",
      "🛗",
      "\u0000",
    ),
    fc.string({ maxLength: 12, unit: "binary" }),
  );
  const tear = fc.record({
    file: fc.nat(),
    line: fc.nat(),
    how: fc.constantFrom("delete", "scalar", "duplicate", "key", "indent", "cut", "insert"),
    junk,
  });

  function torn(lines: readonly string[], at: number, how: string, by: string): readonly string[] {
    const line = lines[at] ?? "";
    const change = (text: string) => lines.with(at, text);
    if (how === "delete") return lines.toSpliced(at, 1);
    if (how === "duplicate") return lines.toSpliced(at, 0, line);
    if (how === "scalar") return change(line.replace(/: [^{[].*$/, () => `: ${by}`));
    if (how === "key") return change(line.replace(/[a-z]+(?=:)/, () => by));
    if (how === "indent") return change(` ${line}`);
    if (how === "cut") return change(line.slice(0, Math.floor(line.length / 2)));
    return lines.toSpliced(at, 0, by);
  }

  test("never throws, and gives a site, or problems with places inside their files", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tear, { minLength: 1, maxLength: 3 }), async (tears) => {
        const now = new Map(files.map(({ name, lines }) => [name, lines]));
        for (const { file, line, how, junk: by } of tears) {
          const { name } = files[file % files.length] as (typeof files)[number];
          const lines = now.get(name) ?? [];
          if (lines.length > 0) now.set(name, torn(lines, line % lines.length, how, by));
        }
        for (const { name } of files) await writeFile(join(folder, name), (now.get(name) ?? []).join("\n"));
        const result = await load(folder, {}, library);
        if ("site" in result) return;
        expect(result.problems.length).toBeGreaterThan(0);
        expect(result.problems.some(({ level }) => level === "error")).toBe(true);
        for (const { file, line, column, what, todo } of result.problems) {
          expect([what.zh, what.en, todo.zh, todo.en].every((text) => text.trim() !== "")).toBe(true);
          if (
            !(await stat(file).then(
              (about) => about.isFile(),
              () => false,
            ))
          ) {
            expect([line, column]).toEqual([1, 1]);
            continue;
          }
          const text = (await readFile(file, "utf8")).split("\n")[line - 1];
          expect([file, line, text === undefined ? "no such line" : column <= text.length + 1]).toEqual([
            file,
            line,
            true,
          ]);
        }
      }),
      { numRuns: 60 },
    );
  }, 180_000);
});
