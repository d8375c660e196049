/** A response.yaml with nonsense in each of its sections: every fault with file, line and column, and what to do, in both languages. */
import { expect, test } from "vitest";
import { shipped, writeSite } from "./written-site.ts";

const texts: Readonly<Record<string, readonly string[]>> = {
  profiles: [
    "profiles: hz-draft\n",
    "profiles: { hz-draft: true }\n",
    "profiles: [hz-drft]\n",
    "profiles: [medical, medical]\n",
    "profiles: [3, relaxed-000]\n",
    "profiles: [toString]\n",
    "profiles: [__proto__]\n",
    "profiles: [null]\n",
  ],
  fireLog: [
    "fireLog: yes\n",
    "fireLog: [2h]\n",
    "fireLog:\n  every: 7h\n",
    "fireLog:\n  every: never\n",
    "fireLog:\n  grace: -5m\n",
    "fireLog:\n  evry: 2h\n",
    "fireLog:\n  atHandover: sometimes\n",
    "fireLog:\n  atHandover: 20:00\n",
  ],
  classes: [
    "classes: 3\n",
    "classes:\n  lift: {}\n",
    "classes:\n  general_fault: { clocks: { onsite: soon } }\n",
    "classes:\n  general_fault: { clocks: { resolve: 0wd } }\n",
    "classes:\n  general_fault: { severity: P1 }\n",
  ],
  reach: ["reach: loud\n", "reach:\n  S9: {}\n", "reach:\n  S1: { pigeon: 5m }\n", "reach:\n  S1: { sms: often }\n"],
  workdays: [
    "workdays: 2027\n",
    'workdays:\n  "27": { source: x, off: [], on: [] }\n',
    'workdays:\n  "2027": { source: x, off: [2027-13-01], on: [] }\n',
    'workdays:\n  "2027": { source: x, off: [2026-01-01], on: [] }\n',
  ],
  kpi: [
    "kpi: best\n",
    "kpi:\n  inTime: 95\n",
    "kpi:\n  firstFix: many\n",
    "kpi:\n  rectify: 2\n",
    "kpi:\n  sampleDaily: 0\n",
  ],
  reports: [
    "reports: daily\n",
    'reports:\n  at: "25:00"\n',
    "reports:\n  weekday: 8\n",
    "reports:\n  tell: [nobody]\n",
  ],
  notices: ["notices: none\n", "notices:\n  reach: 2\n", "notices:\n  tell: [nobody]\n"],
  personal: ["personal: 90d\n", "personal:\n  contacts: forever\n"],
  recovered: ["recovered: 30m\n", "recovered:\n  S1: 30m\n", "recovered:\n  S3: later\n"],
  warn: ["warn: early\n", "warn:\n  share: 75\n", "warn:\n  shortUpTo: soon\n"],
  acknowledgeExpires: [
    "acknowledgeExpires: 10m\n",
    "acknowledgeExpires: { S5: 1m }\n",
    "acknowledgeExpires: { S1: -1m }\n",
  ],
  hold: ["hold: 2h\n", "hold: { longest: forever }\n"],
  reopen: ["reopen: never\n", "reopen: { within: 90d }\n"],
  ladders: [
    "ladders: []\n",
    "ladders: { S1: [] }\n",
    "ladders: { S9: [] }\n",
    "ladders: { S1: [{ id: a, after: 1m }] }\n",
    "ladders: { S1: [{ id: a, after: 1m, tell: [], say: { zh: 甲, en: A } }] }\n",
    "ladders: { S1: [{ id: a, after: 1m, tell: [nobody], say: { zh: 甲, en: A } }] }\n",
    "ladders: { S1: [{ id: a, after: 1m, unless: [supper], tell: [operator], say: { zh: 甲, en: A } }] }\n",
  ],
  "the file": ["- 1\n", "ladder: {}\n", "classes: [\n", "\u0000\u0001\n", "fireLog: &a [*a]\n"],
};

test.each(Object.entries(texts).flatMap(([section, all]) => all.map((text) => [section, text] as const)))(
  "%s: %j is told with its place and what to do",
  async (_section, text) => {
    await using site = await writeSite({ "response.yaml": text });
    const result = await site.load({ policy: shipped.policy });
    if (!("problems" in result)) throw new Error("taken as good");
    const own = result.problems.filter(({ file }) => file.endsWith("response.yaml"));
    expect(own.length).toBeGreaterThan(0);
    for (const { line, column, what, todo } of own) {
      expect([line, column].every((place) => Number.isInteger(place) && place >= 1)).toBe(true);
      expect(line).toBeLessThanOrEqual(text.split("\n").length);
      for (const words of [what, todo]) {
        expect(words.zh).toMatch(/[\u4e00-\u9fff]/);
        expect(words.en.length).toBeGreaterThan(3);
        expect(`${words.zh} ${words.en}`).not.toMatch(/undefined|\[object|Invalid input|TypeError/);
      }
    }
  },
);
