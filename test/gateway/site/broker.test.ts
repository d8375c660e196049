/** `broker:` of a site: what it becomes, and every mistake in it with its place. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createDataFolder } from "../../support/data-folder.ts";
import { type Files, problemsOf, siteOf } from "./written-site.ts";

const site = (broker: string, more = ""): Files => ({
  "site.yaml": `id: park\nname: { zh: 园区, en: Park }\nbroker:\n${broker}\n${more}`,
});
const environment = { PASSWORD: "long-enough" };
const problems = (broker: string) => problemsOf(site(broker), { environment });
const user = (fields: string) => `  users: [{ name: pump, password: "\${PASSWORD}", ${fields} }]`;

test("a broker with defaults listens on this machine only and lets nobody in", async () => {
  const { broker } = await siteOf(site("  users: []"));
  expect(broker).toMatchObject({ listen: { host: "127.0.0.1", port: 1_883 }, users: [] });
  expect((await siteOf()).broker).toBeUndefined();
});

test("a user's client id is the name unless the site lists others", async () => {
  const { broker } = await siteOf(site(user("publish: [a/#]")), { environment });
  expect(broker?.users).toEqual([
    { name: "pump", password: "long-enough", clients: ["pump"], publish: ["a/#"], subscribe: [] },
  ]);
});

describe("is refused, with its place", () => {
  test.each([
    ["a key that it does not know", "  port: 1883", ["site.yaml:4:3 unknown key port"]],
    ["a port beyond all ports", "  listen: { port: 70000 }", ["site.yaml:4:19 port is too large"]],
    ["a filter that is none", user("publish: [a/#/b]"), ["site.yaml:4:60 publish[0] is no MQTT topic filter"]],
    [
      "the broker's own topics",
      user('subscribe: ["$SYS/#"]'),
      ["site.yaml:4:62 subscribe[0] begins with $, which is the broker's own"],
    ],
    [
      "the house's own topics",
      user("publish: [gatehouse/demo/state]"),
      ["site.yaml:4:60 publish[0] is below gatehouse/, which only the gateway publishes"],
    ],
    ["a limit of nobody", "  limits: { clients: 0 }", ["site.yaml:4:22 clients is too small"]],
  ])("%s", async (_what, broker, told) => {
    expect(await problems(broker)).toEqual(told);
  });

  test("a name, a client id, or the gateway's own name used twice", async () => {
    const two = (first: string, second: string) =>
      problems(
        `  users:\n    - { name: ${first}, password: "\${PASSWORD}" }\n    - { name: ${second}, password: "\${PASSWORD}" }`,
      );
    expect(await two("a", "a")).toEqual(["site.yaml:6:15 the user a comes twice"]);
    expect(await two("a", "b, clients: [b, a]")).toEqual(["site.yaml:6:27 the client id a belongs to the user a"]);
    expect(await two("gatehouse", "b")).toEqual(["site.yaml:5:15 the user gatehouse is the gateway itself"]);
  });

  test("a password that is too short, which no message shows", async () => {
    const told = await problemsOf(site(user("publish: []")), { environment: { PASSWORD: "tiny" } });
    expect(told).toHaveLength(1);
    expect(told[0]).not.toContain("tiny");
  });

  test("a password in clear is a warning", async () => {
    const told = await problemsOf(site("  users: [{ name: pump, password: long-enough }]"));
    expect(told).toEqual(["site.yaml:4:35 warning: password holds a secret in clear"]);
  });

  test("a link to a broker that the site does not have", async () => {
    const device = {
      "devices/lifts.yaml":
        "id: lift-1\nname: { zh: 一号梯, en: Lift 1 }\nkind: elevator\nlink: { mqtt: { url: embedded } }\npoints: [{ id: a, name: { zh: 甲, en: A }, type: bool, at: x/y }]\n",
    };
    expect((await problemsOf(device)).join()).toContain("uses embedded, but site.yaml has no broker");
    expect(await problemsOf({ ...device, ...site("  users: []") })).toEqual([]);
  });

  test("a certificate that does not belong to its key", async () => {
    using folder = createDataFolder();
    const make = (name: string) =>
      spawnSync(
        "openssl",
        [
          "req",
          "-x509",
          "-newkey",
          "rsa:2048",
          "-nodes",
          "-keyout",
          `${name}.key`,
          "-out",
          `${name}.crt`,
          "-subj",
          "/CN=x",
        ],
        { cwd: folder.path },
      );
    make("a");
    make("b");
    const text = (name: string) => readFileSync(join(folder.path, name), "utf8");
    const tls = (cert: string, key: string) => ({
      ...site("  tls: { cert: 'file:c', key: 'file:k' }"),
      c: text(cert),
      k: text(key),
    });
    expect(await problemsOf(tls("a.crt", "b.key"))).toContain(
      "site.yaml:4:8 certificate or key cannot be used, or they do not belong together",
    );
    expect((await problemsOf(tls("a.crt", "a.key"))).filter((one) => one.includes("certificate"))).toEqual([]);
  });
});
