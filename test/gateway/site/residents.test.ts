/** `residents:` in site.yaml and `notices:` in response.yaml: what is good is read whole, what is wrong is told at its place. */
import { describe, expect, test } from "vitest";
import { NoticesOfSite, overrideNotices } from "../../../gateway/site/notices.ts";
import { problemsOf, shipped, siteOf } from "./written-site.ts";

const demo = () => siteOf({}, { ...shipped, folder: shipped.demo });
const site = (residents: string, more = "") => ({
  "site.yaml": `id: park\nname: { zh: 园区, en: Park }\n${more}residents:\n${residents}\n`,
});
const good = `  households: 640
  channels:
    - { id: owners, kind: wecom, url: "https://qyapi.weixin.qq.com/x?key=\${KEY}" }
    - { id: owners-sms, kind: sms, url: "https://sms.example.com", body: "{phone} {text}" }
  ways:
    - { id: owners, name: { zh: 业主群, en: Group }, households: 310 }
    - { id: owners-sms, name: { zh: 短信, en: SMS }, households: 640 }
    - { id: board, name: { zh: 公告栏, en: Board }, households: 600 }
  contacts:
    - { id: r-101, name: 101 户, phone: "\${PHONE}" }`;
const environment = { KEY: "k", PHONE: "00020000101" };

describe("residents", () => {
  test("have channels of their own, apart from the crew's", async () => {
    const read = await siteOf(site(good), { environment });
    expect(read.channels).toEqual([]);
    expect(read.residents?.channels.map(({ id }) => id)).toEqual(["owners", "owners-sms"]);
    expect(read.residents?.contacts).toEqual([{ id: "r-101", name: "101 户", phone: "00020000101", households: 1 }]);
    expect(read.warnings).toEqual([]);
  });

  test.each([
    [
      "a way shares its id with a channel of the crew",
      site(good, 'channels:\n  - { id: board, kind: wecom, url: "https://x.cn/k" }\n'),
      "board is taken already",
    ],
    [
      "a channel is no way",
      site(good.replace("id: owners, name", "id: others, name")),
      "the channel owners is not among the ways",
    ],
    [
      "text messages have nobody to go to",
      site(good.replace(/phone: .*(?= })/, 'email: "a@b.cn"')),
      "the channel owners-sms has nobody to write to",
    ],
    [
      "a way serves more than there are",
      site(good.replace("households: 310", "households: 700")),
      "is more than the 640 households",
    ],
    ["households are a word", site(good.replace("households: 640\n", "households: many\n")), "households"],
  ])("%s", async (_, files, told) => {
    expect((await problemsOf(files, { environment })).join("\n")).toContain(told);
  });
});

describe("the words of notices", () => {
  const words = (text: string) => ({ zh: text, en: text });

  test("a site changes single words, and who approves", async () => {
    const { policy } = await demo();
    if (!policy.notices) throw new Error("no templates");
    const own = NoticesOfSite.parse({
      approve: ["operator", "supervisor"],
      templates: {
        pipe_burst: { first: { todo: words("请到物业中心取水。") } },
        forced_door: { title: words("门禁通知") },
      },
    });
    const laid = overrideNotices(policy.notices, own);
    expect(laid.approve).toEqual(["operator", "supervisor"]);
    expect(laid.templates.pipe_burst?.first.todo.zh).toBe("请到物业中心取水。");
    expect(laid.templates.pipe_burst?.first.what).toEqual(policy.notices.templates.pipe_burst?.first.what);
    expect(laid.templates.forced_door?.title.zh).toBe("门禁通知");
    expect(laid.again).toBe(policy.notices.again);
  });

  test.each([
    { approve: [] },
    { approve: ["viewer"] },
    { again: "1m" },
    { reach: 95 },
    { templates: { lift: {} } },
    { templates: { pipe_burst: { first: { what: words("{phone} 停水") } } } },
    { templates: { pipe_burst: { first: { what: words("长".repeat(121)) } } } },
  ])("refuses %j", (own) => {
    expect(NoticesOfSite.safeParse(own).success).toBe(false);
  });

  test("are shipped for each class that concerns residents, and need the word of a supervisor", async () => {
    const { policy } = await demo();
    expect(policy.notices?.approve).toEqual(["supervisor"]);
    expect(Object.keys(policy.notices?.templates ?? {}).sort()).toEqual([
      "elevator_entrapment",
      "fire_alarm",
      "gas_leak",
      "general_fault",
      "non_urgent",
      "pipe_burst",
      "power_outage",
      "pump_fault",
    ]);
  });
});
