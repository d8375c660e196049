import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Files, problemsOf, siteOf, tell, writeSite } from "./written-site.ts";

/** A reference as the file has it; written so that it does not look like a template by mistake. */
const ref = (inside: string): string => `$${`{${inside}}`}`;
const SECRET = "correct horse battery staple";
const channel = (url: string, secret: string): Files => ({
  "site.yaml": `id: park
name: { zh: 园区, en: Park }
channels:
  - id: desk
    kind: webhook
    url: ${url}
    secret: ${secret}
`,
});

describe("references to the environment", () => {
  test("a variable, a default, and a part of a text are filled in", async () => {
    const site = await siteOf(
      {
        "site.yaml": `id: ${ref("SITE_ID")}
name: { zh: 园区, en: "Park ${ref("NUMBER:-7")}" }
listen: { host: "${ref("HOST:-0.0.0.0")}", port: "${ref("PORT:-8081")}" }
simulated: ${ref("SIMULATED:-false")}
`,
      },
      { environment: { SITE_ID: "east", HOST: "" } },
    );
    expect(site).toMatchObject({
      id: "east",
      name: { en: "Park 7" },
      listen: { host: "0.0.0.0", port: 8081 },
      simulated: false,
    });
  });

  test("what stays text where text is wanted becomes a number where a number is wanted", async () => {
    const site = await siteOf(
      {
        "people.yaml": `people: [{ id: li, name: 李娜, phone: "${ref("PHONE")}" }]
teams: [{ id: desk, name: { zh: 值班, en: Desk }, roles: [operator, technician], people: [li] }]
fallback: li
`,
        "devices/lifts.yaml": `id: lift-1
name: { zh: 一号梯, en: Lift 1 }
profile: small-lift
link: { modbus-tcp: { host: 10.0.0.1, port: "${ref("PORT")}" }, unit: "${ref("UNIT:-3")}" }
params: { rescueDevice: "${ref("RESCUE:-true")}", ratedSpeed: "${ref("SPEED:-1.75 m/s")}" }
`,
      },
      { environment: { PHONE: "13800000000", PORT: "1502" } },
    );
    expect(site.people.people[0]?.phone).toBe("13800000000");
    expect(site.links[0]).toMatchObject({ id: "modbus-tcp:10.0.0.1:1502", settings: { port: 1502 } });
    expect(site.devices[0]).toMatchObject({ unit: 3, params: { rescueDevice: true, ratedSpeed: 1.75 } });
  });

  test("two dollar signs stand for one that is meant", async () => {
    const site = await siteOf({ "site.yaml": `id: park\nname: { zh: 园区, en: "$${ref("X")}" }\n` });
    expect(site.name.en).toBe(ref("X"));
  });

  test("a missing variable is named at its place, once, and without its neighbours' values", async () => {
    const told = await problemsOf(channel(ref("URL"), ref("SECRET")), { environment: { URL: "http://x/?key=1" } });
    expect(told).toEqual(["site.yaml:7:13 the environment variable SECRET is not set"]);
  });

  test("an empty variable without a default is missing", async () => {
    const told = await problemsOf(channel("http://x", ref("SECRET")), { environment: { SECRET: "" } });
    expect(told).toEqual(["site.yaml:7:13 the environment variable SECRET is not set"]);
  });

  test("names of objects' own making are no variables", async () => {
    expect(await problemsOf(channel("http://x", ref("constructor")))).toEqual([
      "site.yaml:7:13 the environment variable constructor is not set",
    ]);
  });

  test.each(["1X", "A B", "", "A:default"])("%j is no name of a variable", async (inside) => {
    expect(await problemsOf(channel("http://x", `"${ref(inside)}"`))).toEqual([
      `site.yaml:7:13 ${ref("…")} does not hold the name of an environment variable`,
    ]);
  });

  test("the library and the profiles are not the site's own, so nothing is filled in there", async () => {
    await using site = await writeSite();
    const profiles = join(site.folder, "p");
    await mkdir(profiles);
    await writeFile(
      join(profiles, "small-lift.yaml"),
      `id: small-lift\nvendor: v\nmodel: "${ref("HOME")}"\nname: { zh: 梯, en: Lift }\nkind: elevator\npoints:\n  - { id: speed, name: { zh: 速度, en: Speed }, type: number, unit: m/s, at: "${ref("HOME")}" }\n`,
    );
    const result = await site.load({ profiles, environment: { HOME: "holding:1" } });
    expect("problems" in result && result.problems.map((problem) => tell(problem, site.folder))[0]).toContain(
      "p/small-lift.yaml:7:76 the address of the point speed is wrong",
    );
  });
});

describe("secrets in files of their own", () => {
  test("a file beside the site is read, without its last line break", async () => {
    const site = await siteOf({ ...channel("http://x", "file:secrets/desk"), "secrets/desk": `${SECRET}\n` });
    expect(site.channels).toEqual([
      { id: "desk", kind: "webhook", settings: { url: "http://x", secret: SECRET, allow: [] } },
    ]);
  });

  test.each([
    ["one that is not there", {}, "cannot be read"],
    ["a folder", { "secrets/desk/x": "" }, "is not a plain file"],
    ["an empty one", { "secrets/desk": "\n" }, "is empty"],
    ["a film", { "secrets/desk": "x".repeat(65_537) }, "is larger than 64 KiB"],
  ] as const)("%s is a problem that names it", async (_, files, told) => {
    expect(await problemsOf({ ...channel("http://x", "file:secrets/desk"), ...files })).toEqual([
      `site.yaml:7:13 the file secrets/desk ${told}`,
    ]);
  });
});

describe("secrets in clear", () => {
  test("are a warning at their place, and the site runs", async () => {
    expect(await problemsOf(channel("https://qyapi.example/send?key=abc", SECRET))).toEqual([
      "site.yaml:6:10 warning: url holds a secret in clear",
      "site.yaml:7:13 warning: secret holds a secret in clear",
    ]);
  });

  test("user and password inside an address too", async () => {
    expect(
      await problemsOf(channel("https://me:pass@example/x", `"${ref("S")}"`), { environment: { S: SECRET } }),
    ).toEqual(["site.yaml:6:10 warning: url holds a secret in clear"]);
  });

  test("no message of any kind shows a secret, a phone number, or what the environment gave", async () => {
    await using site = await writeSite({
      ...channel(`"${ref("URL")}"`, "short-secret"),
      "people.yaml": `people: [{ id: li, name: 李娜, phone: 13800001111 }]
teams: [{ id: desk, name: { zh: 值班, en: Desk }, roles: [operator, technician], people: [li] }]
fallback: "${ref("WHO")}"
`,
      "devices/lifts.yaml": `id: "${ref("ID")}"
name: { zh: 一号梯, en: Lift 1 }
profile: "${ref("PROFILE")}"
kind: "${ref("KIND")}"
link: { modbus-tcp: { host: 10.0.0.1, port: "${ref("PORT")}" } }
dependsOn: ["${ref("NEED")}"]
`,
    });
    const hidden = [
      "hidden1url",
      "hidden2id",
      "hidden3profile",
      "hidden4port",
      "hidden5need",
      "hidden6who",
      "hidden7kind",
    ];
    const [URL, ID, PROFILE, PORT, NEED, WHO, KIND] = hidden;
    const result = await site.load({ environment: { URL, ID: `${ID}.`, PROFILE, PORT, NEED, WHO, KIND } });
    if (!("problems" in result)) throw new Error("it must have problems");
    const all = JSON.stringify(result.problems);
    for (const word of [...hidden, "short-secret", "13800001111"]) expect(all).not.toContain(word);
    expect(result.problems.map((problem) => tell(problem, site.folder).split(" ")[0])).toEqual([
      "devices/lifts.yaml:1:5",
      "devices/lifts.yaml:3:10",
      "devices/lifts.yaml:4:7",
      "devices/lifts.yaml:5:45",
      "devices/lifts.yaml:6:13",
      "people.yaml:1:37",
      "people.yaml:3:11",
      "site.yaml:6:10",
      "site.yaml:7:13",
      "site.yaml:7:13",
    ]);
  });
});
