import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { AlarmShape } from "../../gateway/api/alarm-shapes.ts";
import { DeviceShape, PointShape } from "../../gateway/api/shapes.ts";
import { ClockShape, TicketDetailShape, TicketShape } from "../../gateway/api/ticket-shapes.ts";
import { en as firstEn } from "../../gateway/console/src/shared/words/en.ts";
import { pagesEn } from "../../gateway/console/src/shared/words/pages-en.ts";
import { pagesZh } from "../../gateway/console/src/shared/words/pages-zh.ts";
import { zh as firstZh } from "../../gateway/console/src/shared/words/zh.ts";
import { ticketSteps } from "../../gateway/model/plan.ts";
import { reasons } from "../../gateway/model/quality.ts";
import { clockName, ticketStateName } from "../../rules/response/words.ts";

const src = fileURLToPath(new URL("../../gateway/console/src/", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => /\.(ts|svelte|css)$/.test(name));
/** What comes with the first page, and what comes with the others. */
const zh = { ...firstZh, ...pagesZh };
const en = { ...firstEn, ...pagesEn };
const CJK = /[\u3400-\u9fff\uff00-\uffef]/;

function leaves(value: unknown, path = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

describe("the dictionaries", () => {
  test("say no word twice: what is in one part is not in the other", () => {
    expect(Object.keys(firstZh).filter((key) => Object.hasOwn(pagesZh, key))).toEqual([]);
  });

  test("have the same keys, and no text is empty", () => {
    const keys = (words: object) =>
      leaves(words)
        .map(([path]) => path)
        .sort();
    expect(keys(en)).toEqual(keys(zh));
    for (const [path, text] of [...leaves(zh), ...leaves(en)]) {
      if (typeof text === "string") expect([path, text.trim()]).not.toEqual([path, ""]);
    }
  });

  test("use the same placeholders in both languages", () => {
    const functions = (words: object) => new Map(leaves(words).filter(([, text]) => typeof text === "function"));
    const ours = functions(en);
    for (const [path, say] of functions(zh)) {
      const other = ours.get(path);
      expect([path, typeof other === "function" ? other.length : undefined]).toEqual([
        path,
        (say as { length: number }).length,
      ]);
    }
  });

  test("call clocks and states as the time line and the reports do", () => {
    for (const [kind, name] of Object.entries(clockName)) expect(zh.clock.kind[kind as "plan"]).toBe(name.zh);
    for (const [state, name] of Object.entries(ticketStateName)) expect(zh.ticket.state[state as "new"]).toBe(name.zh);
  });

  test("name every state, kind, step and reason that the API knows", () => {
    for (const words of [zh, en]) {
      expect(Object.keys(words.alarm.state).sort()).toEqual([...AlarmShape.shape.state.options].sort());
      expect(Object.keys(words.ticket.state).sort()).toEqual([...TicketShape.shape.state.options].sort());
      expect(Object.keys(words.clock.kind).sort()).toEqual([...ClockShape.shape.kind.options].sort());
      expect(Object.keys(words.kind).sort()).toEqual([...DeviceShape.shape.kind.options].sort());
      expect(Object.keys(words.device.state).sort()).toEqual([...DeviceShape.shape.state.options].sort());
      expect(Object.keys(words.told.state).sort()).toEqual(
        [...TicketDetailShape.shape.told.element.shape.state.options].sort(),
      );
      for (const quality of PointShape.shape.quality.options) expect(words.points[quality]).toBeTruthy();
      for (const step of ticketSteps) expect([step, words.step.name(step)]).not.toEqual([step, step]);
      for (const reason of reasons.filter((one) => one !== "none")) expect(words.reason[reason]).toBeTruthy();
    }
  });
});

describe("the sources of the console", () => {
  test("keep every Chinese word in the dictionary", () => {
    const strip = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|^\s*\/\/.*$/gm, "");
    const allowed = new Map([
      // The switch names the other language in that language.
      ["shared/TopBar.svelte", /lang="zh-CN">中</],
      ["shared/SignIn.svelte", /"EN" : "中"/],
      ["shared/words/en.ts", /otherLanguage: "切换到中文"/],
    ]);
    const wrong = files
      .filter((name) => !/^shared.words.((pages|phone)-)?zh\.ts$/.test(name))
      .filter((name) =>
        CJK.test(
          strip(readFileSync(join(src, name), "utf8")).replace(allowed.get(name.replaceAll("\\", "/")) ?? "", ""),
        ),
      );
    expect(wrong).toEqual([]);
  });

  test("touch clocks, the network and storage in one place each", () => {
    const only = (pattern: RegExp) => files.filter((name) => pattern.test(readFileSync(join(src, name), "utf8")));
    expect(only(/\bset(Timeout|Interval)\(|performance\.now/)).toEqual([join("shared", "browser-clock.ts")]);
    // The page behind a link is small, and does without the dictionaries of the console.
    expect(only(/\bfetch\(/)).toEqual([join("phone", "send.ts"), join("phone", "worker.ts"), join("shared", "ask.ts")]);
    expect(only(/\blocalStorage\b/)).toEqual([join("shared", "keep.ts")]);
    // Only to measure the sleep of a phone, and to write an instant of the gateway's.
    expect(only(/\bDate\.now|new Date\b/)).toEqual([join("shared", "browser-clock.ts")]);
    expect(only(/\brandomUUID\(|\{@html|innerHTML|https?:\/\/(?!\$)/)).toEqual([]);
  });
});

describe("the colours", () => {
  const tokens = new Map(
    [
      ...readFileSync(join(src, "shared", "tokens.css"), "utf8").matchAll(
        /--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g,
      ),
    ].map(([, name, light, dark]) => [String(name), { light: String(light), dark: String(dark) }]),
  );
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const of = (name: string, theme: "light" | "dark") => tokens.get(name)?.[theme] ?? "#000000";

  test.each(["light", "dark"] as const)(
    "are readable in the %s theme: text 4.5 : 1, edges and signs 3 : 1",
    (theme) => {
      for (const surface of ["ground", "panel", "raised", "sunk"]) {
        expect([surface, contrast(of("ink", theme), of(surface, theme)) >= 7]).toEqual([surface, true]);
        expect([surface, contrast(of("muted", theme), of(surface, theme)) >= 4.5]).toEqual([surface, true]);
        expect([surface, contrast(of("edge", theme), of(surface, theme)) >= 3]).toEqual([surface, true]);
        expect([surface, contrast(of("chip-edge", theme), of(surface, theme)) >= 3]).toEqual([surface, true]);
      }
      for (const level of ["s1", "s2", "s3", "s4"]) {
        expect([level, contrast(of(level, theme), of(`on-${level}`, theme)) >= 4.5]).toEqual([level, true]);
      }
      expect(contrast(of("back", theme), of("on-back", theme))).toBeGreaterThanOrEqual(7);
      expect(contrast(of("bar-soon", theme), of("bar-room", theme))).toBeGreaterThanOrEqual(3);
    },
  );
});
