/** Notices to residents on the ticket page: drafted from the template, changed, approved, sent, and whom they reached. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NoticeDeskBody, NoticeDeskShape } from "../../gateway/api/notice-shapes.ts";
import { obstacles } from "./axe.ts";
import { builtConsole, hasBrowser, launch, look as lookWith } from "./browser.ts";
import { entrapmentTicket } from "./tickets.ts";

const NO = "GD20261121-000042";
const AT = `/api/tickets/${NO}/notice`;
const time = "2026-11-21T08:30:00.000Z";
const title = { zh: "电梯停用通知", en: "Lift out of service" };

const empty: NoticeDeskBody = {
  possible: true,
  mayApprove: true,
  approve: ["supervisor"],
  households: 640,
  target: 0.95,
  ways: [],
  live: false,
  editions: [],
};
const draft = {
  kind: "first" as const,
  rev: 1,
  cause: { zh: "人工拟稿", en: "written by hand" },
  title,
  what: { zh: "A座 3层电梯发生故障，已停用，救援和检修人员正在处理。", en: "A lift at A 3 has failed." },
  todo: { zh: "请改乘其他电梯或走楼梯，不要扒门。", en: "Use another lift or the stairs." },
  by: "李娜",
  at: time,
  preview: {
    zh: "【电梯停用通知】A座 3层电梯发生故障。预计恢复：时间待定，确定后另行通知。示范园区物业",
    en: "[Lift]",
  },
};
const sent: NoticeDeskBody["editions"][number] = {
  n: 1,
  kind: "first",
  text: {
    zh: "【电梯停用通知】A座 3层电梯发生故障，已停用。预计恢复：11月21日 18:30。请改走楼梯。示范园区物业 11月21日 16:30",
    en: "[Lift]",
  },
  backAt: time,
  draftedBy: "李娜",
  approvedBy: "王工",
  at: time,
  reach: [
    {
      id: "owners",
      name: { zh: "业主群", en: "Group" },
      households: 310,
      waiting: 0,
      accepted: 310,
      delivered: 0,
      failed: 0,
    },
    {
      id: "board",
      name: { zh: "公告栏", en: "Board" },
      households: 600,
      byHand: true,
      waiting: 0,
      accepted: 0,
      delivered: 0,
      failed: 0,
    },
  ],
  reached: 310,
};

describe.runIf(hasBrowser())("the notice on the ticket page", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    [browser, dist] = await Promise.all([launch(), builtConsole()]);
  });
  afterAll(async () => browser.close());

  /** Answers like the gateway, and keeps what it was asked. */
  function office(first: NoticeDeskBody = empty) {
    let desk = first;
    const heard: [string, Record<string, unknown>][] = [];
    const pages = (key: string, body: unknown) => {
      if (!key.includes(AT)) return undefined;
      const words = (body ?? {}) as Record<string, unknown>;
      if (key.startsWith("POST")) heard.push([key.slice(`POST ${AT}`.length), words]);
      if (key === `POST ${AT}`) desk = { ...desk, draft: { ...draft, ...(words.rev ? { rev: 2, backAt: time } : {}) } };
      if (key === `POST ${AT}/approve`) desk = { ...empty, live: true, editions: [sent] };
      if (key === `POST ${AT}/reach`) {
        const reach = sent.reach.map((way) =>
          way.id === "board" ? { ...way, delivered: 600, reportedBy: "王工" } : way,
        );
        desk = { ...desk, editions: [{ ...sent, reach, reached: 600 }] };
      }
      return { status: 200, body: NoticeDeskShape.strict().parse(desk) };
    };
    const changes = (next: NoticeDeskBody) => {
      desk = next;
    };
    return { pages, heard, changes };
  }
  const look = (pages: ReturnType<typeof office>["pages"], path = `/tickets/${NO}`) =>
    lookWith(browser, dist, { path, fill: (gateway, now) => gateway.putTickets(entrapmentTicket(now)), pages });

  test("shows what providers deliver while the page is open, and leaves alone what is being typed", async () => {
    const [owners, board] = sent.reach as [(typeof sent.reach)[0], (typeof sent.reach)[0]];
    const of = (waiting: number, accepted: number): NoticeDeskBody => ({
      ...empty,
      live: true,
      editions: [{ ...sent, reach: [{ ...owners, waiting, accepted }, board], reached: accepted }],
    });
    const { pages, changes } = office(of(300, 10));
    await using seen = await look(pages);
    const edition = seen.page.locator('[data-edition="1"]');
    await edition.getByText("至少触达 10 / 640 户").waitFor();
    await edition.locator('[data-way="board"] input').first().fill("77");
    changes(of(0, 310));
    await edition.getByText("至少触达 310 / 640 户").waitFor();
    expect(await edition.locator('[data-way="board"] input').first().inputValue()).toBe("77");
  });

  test("goes from the template to every household: draft, time, approval, reach", async () => {
    const { pages, heard } = office();
    await using seen = await look(pages);
    const { page } = seen;
    await page.locator("[data-draft]").click();
    const form = page.locator('[data-form="notice"]');
    expect(await form.locator('[name="what-zh"]').inputValue()).toBe(draft.what.zh);
    await form.locator('[name="back"]').fill("2026-11-21T18:30");
    expect(await form.locator("[data-approve]").isDisabled()).toBe(true);
    await page.screenshot({ path: join(tmpdir(), "gatehouse-pictures", "notice-draft.png"), fullPage: true });
    expect(await obstacles(page)).toEqual([]);
    await form.locator("[data-save]").click();
    await form.locator("[data-approve]:enabled").click();
    const edition = page.locator('[data-edition="1"]');
    await edition.getByText("至少触达 310 / 640 户（48%）").waitFor();
    await edition.getByText("未达 95%").waitFor();
    await edition.locator('[data-way="board"] input').first().fill("600");
    await edition.locator('[data-way="board"] button').click();
    await edition.getByText("至少触达 600 / 640 户").waitFor();
    await page.screenshot({ path: join(tmpdir(), "gatehouse-pictures", "notice-sent.png"), fullPage: true });
    expect(heard.map(([path]) => path)).toEqual(["", "", "/approve", "/reach"]);
    expect(heard[1]?.[1]).toMatchObject({ rev: 1, backAt: "2026-11-21T18:30:00+08:00", what: draft.what });
    expect(heard[2]?.[1]).toMatchObject({ rev: 2 });
    expect(heard[3]?.[1]).toMatchObject({ edition: 1, way: "board", delivered: 600 });
    expect(seen.complaints).toEqual([]);
  });

  test("who may not approve sees who may; on the wall nobody writes", async () => {
    const { pages } = office({ ...empty, mayApprove: false, draft });
    {
      await using seen = await look(pages);
      await seen.page.getByText("须由 主管 批准").waitFor();
      expect(await seen.page.locator("[data-approve]").count()).toBe(0);
    }
    await using wall = await look(pages, `/tickets/${NO}?wall=1`);
    await wall.page.locator("[data-preview]").waitFor();
    expect(await wall.page.locator('[data-form="notice"] textarea, [data-form="notice"] button').count()).toBe(0);
  });

  test("a drill says that nothing goes out", async () => {
    const { pages } = office({ ...empty, held: "drill", draft });
    await using seen = await look(pages);
    await seen.page.getByText("演练工单").waitFor();
    await seen.page.getByText("批准（不对外发送）").waitFor();
  });
});
