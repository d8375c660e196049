/** `gatehouse trust` and `gatehouse browse` as an engineer runs them, against a protected server in another process. */
import { spawn } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningServer, startServer } from "../drivers/opcua/start-server.ts";
import { createDataFolder } from "../support/data-folder.ts";

const MAIN = fileURLToPath(new URL("../../gateway/main.ts", import.meta.url));
const DEMO = fileURLToPath(new URL("../../simulators/demo-site", import.meta.url));
const user = { name: "gatehouse", password: "correct horse" };

let server: RunningServer;
let folder: ReturnType<typeof createDataFolder>;
const site = () => join(folder.path, "site");

function gatehouse(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: {
      ...process.env,
      LANG: "en_US.UTF-8",
      GATEHOUSE_DATA: join(folder.path, "data"),
      BMS_PASSWORD: user.password,
    },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

beforeAll(async () => {
  server = await startServer({ secured: true, user });
  folder = createDataFolder();
  cpSync(DEMO, site(), { recursive: true });
  const written = readFileSync(join(site(), "site.yaml"), "utf8");
  writeFileSync(
    join(site(), "site.yaml"),
    `${written}
links:
  bms:
    opcua:
      endpoint: ${server.endpoint}
      security: sign-and-encrypt
      user: { name: ${user.name}, password: "\${BMS_PASSWORD}" }
      timeout: 20s
`,
  );
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

test("from a link that no device uses yet to a checked points file", { timeout: 180_000 }, async () => {
  const shown = await gatehouse("trust", site(), "bms");
  expect(shown.code, shown.err).toBe(0);
  const thumbprint = /thumbprint SHA-1: ([0-9A-F]{40})/.exec(shown.out)?.[1] ?? "";
  expect(shown.out).toContain(`--accept ${thumbprint}`);

  const wrong = await gatehouse("trust", site(), "bms", "--accept", "00".repeat(20));
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("was not trusted")]);

  const accepted = await gatehouse("trust", site(), "bms", "--accept", thumbprint.toLowerCase());
  expect([accepted.code, accepted.out]).toEqual([0, expect.stringContaining("Trusted.")]);

  writeFileSync(
    join(site(), "devices", "bms.yaml"),
    `- id: bms-1
  name: { zh: 楼控, en: BMS }
  kind: gateway
  link: bms
  points:
    - { id: server_state, name: { zh: 服务器状态, en: Server state }, type: number, at: "i=2259" }
`,
  );

  const rejected = await gatehouse("browse", "bms-1", "--site", site());
  expect([rejected.code, rejected.err]).toEqual([1, expect.stringContaining("Trust the gateway's certificate")]);
  await server.order({ trustClients: true });

  const file = join(site(), "devices", "plant.yaml");
  const tree = await gatehouse("browse", "bms", "--site", site(), "--out", file);
  expect(tree.code, tree.err).toBe(0);
  expect(tree.err).toBe("");
  expect(tree.out).toMatch(/^Plant {2}\[object\] {2}nsu=urn:test:plant;s=Plant$/m);
  expect(tree.out).toMatch(/^ {2}Level {2}\[Double rw\] = 1\.5 {2}nsu=urn:test:plant;s=Level$/m);
  expect(tree.out).toMatch(
    /^ {2}Reset {2}\[method\] {2}method:nsu=urn:test:plant;s=Plant;nsu=urn:test:plant;s=Reset$/m,
  );
  expect(tree.out).not.toContain(user.password);

  const checked = await gatehouse("check", site());
  expect(checked.code, checked.err).toBe(0);
  expect(readFileSync(file, "utf8")).toContain('at: "nsu=urn:test:plant;s=Level"');
});

test("a name that is no link of the site is answered with those that are", async () => {
  const { code, err } = await gatehouse("browse", "nowhere", "--site", site());
  expect([code, err]).toEqual([1, expect.stringContaining("Its opcua links: bms")]);
});
