/** 事故报告 in a real browser: completed, signed with a second press, marked as what it is, whole on paper. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AccidentBody, AccidentShape } from "../../gateway/api/accident-shapes.ts";
import type { MeBody } from "../../gateway/api/shapes.ts";
import { obstacles } from "./axe.ts";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";
import { fleet } from "./building.ts";

const iso = (minutes: number) => new Date(Date.UTC(2026, 10, 22, 2, minutes)).toISOString();
const NO = "GD20261122-000007";
const draft: AccidentBody = AccidentShape.strict().parse({
  id: "SG20261122-000007",
  ticket: NO,
  state: "draft",
  drill: true,
  simulated: false,
  at: iso(0),
  by: "Gatehouse",
  rev: 1,
  fields: { course: "", scope: "", casualties: "", losses: "", cause: "", measures: "", correction: "", reported: "" },
  needs: ["course", "casualties", "cause", "measures"],
  mayWrite: true,
  namesShown: false,
  facts: {
    at: iso(0),
    title: { zh: "2 号梯 电梯困人", en: "Lift 2: entrapment" },
    className: { zh: "电梯困人", en: "Lift entrapment" },
    severity: "S1",
    place: "2 号楼",
    openedAt: iso(0),
    round: 1,
    rescueTier: 2,
    falseAlarm: false,
    policy: "2026-11-21.1",
    times: [{ name: { zh: "接报", en: "Reported" }, at: iso(0) }, { name: { zh: "恢复运行", en: "Back in service" } }],
    late: [{ name: { zh: "接单", en: "Accept" }, dueAt: iso(5), by: 60_000 }],
    people: [{ part: { zh: "处理人", en: "Handled by" }, name: "张*" }],
    sop: [{ text: { zh: "接通五方对讲", en: "Speak by intercom" }, mandatory: true, by: "王*", at: iso(1) }],
    files: [{ id: "f1", what: "photo", type: "image/jpeg", bytes: 12, by: "张*", at: iso(9) }],
  },
  timeline: [{ at: iso(0), by: "Gatehouse", text: { zh: "开单", en: "opened" } }],
});

describe.skipIf(!hasBrowser())("an accident report", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
    browser = await launch();
  });
  afterAll(() => browser.close());

  const open = (role: MeBody["role"], language: "zh" | "en", sent: object[] = []) => {
    let now = role === "supervisor" ? draft : { ...draft, mayWrite: false };
    return look(browser, dist, {
      path: `/reports/accidents/${NO}`,
      language,
      me: { id: "root", name: "某人", role },
      site: { simulated: false },
      pages: (key, body) => {
        if (key === `GET /api/tickets/${NO}/accident`) return { status: 200, body: now };
        if (!key.startsWith(`POST /api/tickets/${NO}/accident/`)) return undefined;
        sent.push({ key, ...body });
        if (key.endsWith("/fill")) now = { ...now, rev: now.rev + 1, fields: (body as AccidentBody).fields };
        if (key.endsWith("/sign")) {
          now = { ...now, state: "signed", mayWrite: false, signedBy: { name: "李*", at: iso(60) } };
        }
        return { status: 200, body: now };
      },
      fill: (gateway, at) => gateway.putDevices(...fleet(at)),
    });
  };

  test("is completed and signed by a supervisor with a second press; what is typed stands whole on paper", async () => {
    const sent: object[] = [];
    await using seen = await open("supervisor", "zh", sent);
    const { page } = seen;
    await page.locator('[data-accident][data-state="draft"]').waitFor();
    const text = await page.locator("main").innerText();
    for (const words of ["草稿，未经签字", "演练，并非真实事故", "接单", "迟", "张*", "未记录", "照片", "开单"])
      expect(text, words).toContain(words);
    expect(await obstacles(page)).toEqual([]);
    await page.locator('textarea[name="casualties"]').fill("无");
    expect(await page.locator("[data-sign]").isDisabled()).toBe(true);
    await page.locator("[data-save]").click();
    await page.locator("[data-sign]:not([disabled])").click();
    await page.emulateMedia({ media: "print" });
    expect(await page.locator('textarea[name="casualties"]').isVisible()).toBe(false);
    expect(await page.locator('[data-field="casualties"] .paper').innerText()).toBe("无");
    await page.emulateMedia({ media: "screen" });
    await page.locator("[data-sure]").click();
    await page.locator("[data-signed]").waitFor();
    expect(await page.locator("textarea").count()).toBe(0);
    expect(sent).toMatchObject([
      { key: `POST /api/tickets/${NO}/accident/fill`, rev: 1, fields: { casualties: "无" } },
      { key: `POST /api/tickets/${NO}/accident/sign`, rev: 2 },
    ]);
    expect(seen.complaints).toEqual([]);
  });

  test("is read in English by the desk, who cannot write it", async () => {
    await using seen = await open("operator", "en");
    await seen.page.locator("[data-accident]").waitFor();
    const text = await seen.page.locator("main").innerText();
    for (const words of [
      "Draft: not signed",
      "Drill: no real accident",
      "Back in service",
      "not recorded",
      "Casualties",
    ])
      expect(text, words).toContain(words);
    expect(await seen.page.locator("textarea, [data-save], [data-names]").count()).toBe(0);
  });
});
