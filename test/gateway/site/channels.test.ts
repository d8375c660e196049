/** Channels, leave and stand-ins in a site's files: what is good is read whole, what is wrong is told at its place, secrets never. */
import { expect, test } from "vitest";
import { problemsOf, siteOf } from "./written-site.ts";

const site = (channels: string) => ({
  "site.yaml": `id: park\nname: { zh: 园区, en: Park }\nchannels:\n${channels}\n`,
});
const environment = {
  KEY: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=very-secret",
  PASSWORD: "very-secret",
};

test("every kind is read, with its secrets from the environment", async () => {
  const read = await siteOf(
    site(`  - { id: group, kind: wecom, url: "\${KEY}" }
  - { id: crew, kind: dingtalk, url: "\${KEY}", secret: "\${PASSWORD}", perMinute: 18 }
  - { id: office, kind: feishu, url: "\${KEY}" }
  - { id: sms, kind: sms, url: https://sms.example.com, body: '{"m":"{phone}"}', success: { pointer: /code, equals: [0] } }
  - { id: ring, kind: voice, url: "https://v.example.com/{phone}", method: GET }
  - { id: mail, kind: smtp, host: mail.example.com, from: gate@example.com, user: gate, password: "\${PASSWORD}" }`),
    { environment },
  );
  expect(read.channels.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
    "group wecom",
    "crew dingtalk",
    "office feishu",
    "sms sms",
    "ring voice",
    "mail smtp",
  ]);
  const plain = { url: environment.KEY, allow: [], perMinute: 15, language: "zh" };
  expect(read.channels[0]?.settings).toEqual({ ...plain, overflow: [] });
  expect(read.warnings).toEqual([]);
});

test("further robots of the same group are read with their own secrets, which are no warning when they come from outside", async () => {
  const read = await siteOf(
    site(`  - { id: crew, kind: dingtalk, url: "\${KEY}", overflow: [{ url: "\${KEY}", secret: "\${PASSWORD}" }, { url: "\${KEY}" }] }
  - { id: group, kind: wecom, url: "\${KEY}", overflow: [{ url: "\${KEY}" }] }`),
    { environment },
  );
  expect(read.channels.map(({ settings }) => settings)).toMatchObject([
    { overflow: [{ url: environment.KEY, secret: "very-secret" }, { url: environment.KEY }] },
    { overflow: [{ url: environment.KEY }] },
  ]);
  expect(read.warnings).toEqual([]);
});

test.each([
  [
    `{ id: a, kind: wecom, url: "\${KEY}", overflow: [{ url: "\${KEY}", secret: "\${PASSWORD}" }] }`,
    "unknown key secret",
  ],
  [`{ id: a, kind: dingtalk, url: "\${KEY}", overflow: [{ secret: "\${PASSWORD}" }] }`, "url is missing"],
  [`{ id: a, kind: feishu, url: "\${KEY}", overflow: "\${KEY}" }`, "overflow"],
  [`{ id: a, kind: feishu, url: "\${KEY}", overflow: [null] }`, "overflow"],
  [`{ id: a, kind: feishu, url: "\${KEY}", overflow: [{ url: here }] }`, "url is not a web address"],
  [
    `{ id: a, kind: wecom, url: "\${KEY}", overflow: [${Array(5).fill('{ url: "http://x" }').join(", ")}] }`,
    "overflow",
  ],
  [`{ id: a, kind: sms, url: https://x, overflow: [] }`, "unknown key overflow"],
  ["{ id: a, kind: wecom }", "site.yaml:4:5 url is missing"],
  ["{ id: a, kind: wecom, url: ftp://x }", "site.yaml:4:32 url is not a web address"],
  [`{ id: a, kind: wecom, url: "\${KEY}", secret: x }`, "site.yaml:4:42 unknown key secret"],
  [`{ id: a, kind: dingtalk, url: "\${KEY}", perMinute: 60 }`, "site.yaml:4:56 perMinute is too large"],
  ['{ id: a, kind: sms, url: "https://x/{mobile}" }', "site.yaml:4:30 url holds {mobile}, which is not known"],
  [
    "{ id: a, kind: sms, url: https://x, success: { pointer: code, equals: [0] } }",
    "site.yaml:4:61 pointer is not a JSON pointer",
  ],
  ["{ id: a, kind: smtp, host: h }", "site.yaml:4:5 from is missing"],
  ["{ id: a, kind: smtp, host: h, from: a@b, security: ssl }", "site.yaml:4:56 security cannot be ssl"],
])("%s", async (entry, told) => {
  expect((await problemsOf(site(`  - ${entry}`), { environment })).join("\n")).toContain(told);
});

test("a secret that stands in clear is a warning, and stands in no sentence", async () => {
  const clear = await problemsOf(
    site(`  - { id: a, kind: wecom, url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=in-clear" }
  - { id: b, kind: feishu, url: "https://open.feishu.cn/open-apis/bot/v2/hook/in-clear" }
  - { id: c, kind: sms, url: https://x, headers: { Authorization: in-clear } }
  - { id: d, kind: smtp, host: h, from: a@b, password: in-clear }`),
  );
  expect(clear).toHaveLength(4);
  for (const line of clear) {
    expect(line).toContain("warning:");
    expect(line).not.toContain("in-clear");
  }
});

const people = (more: string) => ({
  "people.yaml": `people:
  - { id: li, name: 李娜, email: li@example.com, skills: [{ skill: elevator, until: "2027-03-31" }] }
  - { id: wu, name: 吴敏, contractor: true }
teams: [{ id: desk, name: { zh: 值班, en: Desk }, roles: [operator, technician], people: [li, wu], building: A }]
fallback: li
${more}
`,
});

test("skills with their last day, contractors, leave, and stand-ins in the site's own time", async () => {
  const read = await siteOf(
    people(`leave: [{ person: li, from: "2026-12-01", to: "2026-12-05" }]
standIns: [{ for: li, by: wu, from: "2026-12-01 16:00", to: "2026-12-06 00:00" }]`),
  );
  expect(read.people.people).toEqual([
    { id: "li", name: "李娜", email: "li@example.com", skills: [{ skill: "elevator", until: "2027-03-31" }] },
    { id: "wu", name: "吴敏", contractor: true },
  ]);
  expect(read.people.teams[0]?.building).toBe("A");
  expect(read.people.leave).toEqual([{ person: "li", from: "2026-12-01", to: "2026-12-05" }]);
  expect(read.people.standIns?.[0]?.from).toBe(Date.parse("2026-12-01T16:00:00+08:00"));
});

test.each([
  ['leave: [{ person: lee, from: "2026-12-01", to: "2026-12-05" }]', "there is no person lee"],
  ['leave: [{ person: li, from: "2026-12-05", to: "2026-12-01" }]', "the end lies before the beginning"],
  ['leave: [{ person: li, from: "2026-13-01", to: "2026-12-01" }]', "people.yaml:6:"],
  [
    'standIns: [{ for: li, by: nobody, from: "2026-12-01 16:00", to: "2026-12-06 00:00" }]',
    "there is no person nobody",
  ],
  ['standIns: [{ for: li, by: wu, from: "2026-12-01", to: "2026-12-06 00:00" }]', "people.yaml:6:"],
])("%s", async (more, told) => {
  expect((await problemsOf(people(more))).join("\n")).toContain(told);
});
