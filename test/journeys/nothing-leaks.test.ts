/**
 * A house with every kind of channel, half of them failing, tells of an emergency; then everything that came out of it is read:
 * what it printed, every route, the stream, its commands, its copies and its files. Secrets, keys in addresses, phone numbers and
 * mail addresses stand in requests to the far sides and nowhere else.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mosquittoFound } from "../drivers/mqtt/mosquitto.ts";
import { gatehouse } from "../gateway/commands/gatehouse.ts";
import { CANARIES, startEveryWay } from "../support/every-way.ts";
import { ADMIN_TOKEN, startHouseProcess } from "../support/house-process.ts";

/** Who calls about it: sealed with the ticket, and shown on a logged click alone. */
const CALLER = "13612345009";
const NAMES = [...CANARIES, CALLER];

/** Everything that stands in the files of a folder, as bytes read as text. */
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, text: readFileSync(file, "latin1") }));

const found = (text: string): readonly string[] => NAMES.filter((name) => text.includes(name));

describe.runIf(mosquittoFound)("a house that tells by every way, and fails by every way", () => {
  test("no secret, key, phone number or address comes out, whatever is asked and whatever goes wrong", {
    timeout: 240_000,
  }, async () => {
    const root = mkdtempSync(join(tmpdir(), "gatehouse-leaks-"));
    const [folder, data, copy] = ["site", "data", "copy.db"].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ];
    try {
      await using far = await startEveryWay(folder);
      const said: (readonly [string, string])[] = [];
      {
        await using house = await startHouseProcess({ args: [folder], data });
        const ask = async (method: string, path: string, body?: object, accept = "application/json") => {
          const answer = await fetch(`${house.url}${path}`, {
            method,
            headers: {
              authorization: `Bearer ${ADMIN_TOKEN}`,
              accept,
              ...(body ? { "content-type": "application/json" } : {}),
            },
            ...(body ? { body: JSON.stringify(body) } : {}),
          });
          const text = await answer.text();
          said.push([`${method} ${path}`, text]);
          return { status: answer.status, text };
        };
        const opened = await ask("POST", "/api/tickets", {
          commandId: "leaks-command-0001",
          class: "elevator_entrapment",
          description: "业主来电：轿厢停了，门打不开",
          device: "lift-1",
          reporter: { name: "欧阳女士", phone: CALLER },
        });
        expect(opened.status).toBe(201);
        const { no } = JSON.parse(opened.text) as { no: string };

        // It is out by every way that works, to the person and with the secret that the far side asks for.
        const heard = await far.broker.client();
        await heard.subscribeAsync("#", { qos: 1 });
        for (const robot of Object.values(far.robots)) expect((await robot.next()).raw).toContain(no);
        for (const provider of Object.values(far.providers)) expect((await provider.next()).raw).toContain(no);
        expect(await far.webhook.next()).toMatchObject({ signed: true });
        await expect.poll(() => far.mail.mails.length, { timeout: 30_000 }).toBeGreaterThan(0);
        const standing = async () =>
          Object.fromEntries(
            (JSON.parse((await ask("GET", "/api/channels")).text) as { id: string; health: string }[]).map((one) => [
              one.id,
              one.health,
            ]),
          );
        const wanted = Object.fromEntries([
          ...far.fine.map((id) => [id, "works"]),
          ...far.failing.map((id) => [id, "fails"]),
        ]);
        await expect.poll(standing, { timeout: 60_000 }).toEqual(wanted);

        // Each channel is tried from the console; a failure says why, and nothing else.
        for (const id of [...far.fine, ...far.failing]) {
          const tried = await ask("POST", `/api/channels/${id}/test`, { to: "li-na" });
          expect([id, tried.status, JSON.parse(tried.text).outcome]).toEqual([
            id,
            200,
            expect.stringMatching(far.fine.includes(id) ? /accepted|delivered/ : /refused|try-later/),
          ]);
        }
        for (const garbage of [{}, { to: CALLER }, { to: { phone: CALLER } }])
          await ask("POST", "/api/channels/text/test", garbage).then(({ status }) =>
            expect(status).toBeGreaterThanOrEqual(400),
          );
        // Those three repeat what was asked at most; they are no answer of the house's own accord.
        said.splice(-3);

        const { paths } = JSON.parse((await ask("GET", "/api/openapi.json")).text) as {
          paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
        };
        const words: Readonly<Record<string, string>> = { no, id: "lift-1", person: "li-na", device: "lift-1" };
        const routes = Object.entries(paths).filter(([, methods]) => methods.get);
        expect(routes.length).toBeGreaterThan(30);
        for (const [path, { get }] of routes) {
          if (/live\/events|contact/.test(path)) continue;
          const plain = path.replaceAll(/\{(\w+)\}/g, (_, word: string) => words[word] ?? "1");
          const asked = new Set((get?.parameters ?? []).filter((one) => one.in === "query").map(({ name }) => name));
          const span = asked.has("from") ? "?from=2020-01-01T00:00:00.000Z&to=2040-01-01T00:00:00.000Z" : "";
          await ask("GET", `${plain}${span}`);
          if (asked.has("format")) await ask("GET", `${plain}${span}${span ? "&" : "?"}format=csv`);
        }
        for (const path of ["/metrics", "/healthz", "/readyz", "/", `/api/journal?about=ticket:${no}`, "/api/nothing"])
          await ask("GET", path, undefined, "*/*");
        said.push([
          "the stream",
          JSON.stringify([[...house.seen.tickets], [...house.seen.alarms], [...house.seen.devices]]),
        ]);
        const commands = [
          ["check", folder],
          ["notify-test", folder, "--to", "li-na"],
          ["backup", folder, copy],
        ];
        for (const args of commands) {
          const ended = await gatehouse(data, args);
          said.push([args[0] ?? "", `${ended.out}${ended.err}`]);
          if (args[0] === "notify-test") expect(ended.out).toMatch(/^\+ mail/m);
        }
        said.push(["what it printed", house.output()]);
      }
      // What is looked for did go out, and what is looked at tells of it: the search is not blind.
      const requests = [...Object.values(far.robots), ...Object.values(far.providers)].flatMap(({ calls }) => calls);
      const went = found(
        JSON.stringify([requests.map(({ raw, url, headers }) => [raw, url, headers]), far.mail.heard]),
      );
      expect(went).toEqual(expect.arrayContaining(["13912345001", "0571-88997766", "right-key", "right-hook"]));
      expect(went.some((name) => name.includes("@"))).toBe(true);
      const seen = said.map(([, text]) => text).join("\n");
      expect(seen).toContain("GD2");
      expect(seen).toContain("message-failed");
      expect(seen).toContain("93000");
      expect(said.flatMap(([where, text]) => found(text).map((name) => `${where}: ${name}`))).toEqual([]);
      const kept = [...filesOf(data), ...filesOf(root).filter(({ file }) => file.startsWith(copy))];
      expect(kept.some(({ file }) => file === copy)).toBe(true);
      expect(kept.flatMap(({ file, text }) => found(text).map((name) => `${file}: ${name}`))).toEqual([]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
