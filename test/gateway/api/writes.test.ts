/** Writing a point as a person does it: two steps over HTTP, the real door and the real store, a driver of strings. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Role, roles } from "#model/account";
import type { PointDefinition } from "#model/points";
import type { Site } from "#model/site";
import { minutes, seconds } from "#model/time";
import { WriteFailed, type WriteOrder } from "../../../drivers/driver.ts";
import { throughDoor } from "../../../gateway/api/api-house.ts";
import { startApi } from "../../../gateway/api/start-api.ts";
import { createWriteDesk } from "../../../gateway/api/write-desk.ts";
import { createFeed } from "../../../gateway/feed.ts";
import { createMetrics } from "../../../gateway/metrics.ts";
import { newToken } from "../../../gateway/people/tokens.ts";
import { createPipeline } from "../../../gateway/pipeline.ts";
import { checkRuleText } from "../../../gateway/site/check-rule-text.ts";
import { openStore } from "../../../gateway/store/sqlite/open-store.ts";
import { createEngine } from "../../../rules/engine/create-engine.ts";
import { building } from "../../support/building.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { sealedRoom } from "../../support/sealed-room.ts";
import { say } from "../acquisition/puppet-driver.ts";
import { acquire, answer, siteWith } from "../acquisition/site-of.ts";
import { exchange } from "./stand.ts";
import { unaskedBacktests, unaskedHistorian } from "./unasked.ts";

const text = { zh: "水泵将停止", en: "The pump will stop." };
const points: Record<string, Partial<PointDefinition>> = {
  setpoint: { unit: "MPa", scale: 0.001, range: [0.1, 0.6], write: { who: ["engineer", "supervisor"] } },
  stop: { type: "bool", write: { who: ["operator", "engineer"], values: [1], confirm: text } },
  mode: {
    type: "enum",
    values: { 0: { zh: "自动", en: "automatic" }, 2: { zh: "手动", en: "manual" } },
    write: { who: ["engineer"] },
  },
  level: { unit: "m" },
};
const SETPOINT = "pump.setpoint";

async function startWriting(simulated = false) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(createDataFolder());
  const { devices, points: all, links } = siteWith({ pump: { points } });
  const site: Site = building({ devices, points: all, links, simulated });
  const clock = createManualClock();
  const store = stack.use(await openStore({ folder: folder.path, clock }));
  const feed = createFeed();
  const engine = () => createEngine({ rules: [], devices, points: all, columns: running.table, zone: site.zone });
  const running = acquire(site, {
    clock,
    onChanged: (changed, count) => door.samples(changed, count),
    onDevices: (changes) => void door.take({ type: "communication", changes }),
  });
  stack.use(running.acquisition);
  const door = createPipeline({
    site,
    kept: await store.load(clock.now()),
    store,
    engine: engine(),
    feed,
    clock,
    measure: { committed: () => {}, decided: () => {}, storeAway: () => {} },
  });
  const secrets = new Map<Role, string>();
  for (const role of roles) {
    const { token, secret } = newToken({ name: `${role} script`, role }, clock.now());
    secrets.set(role, secret);
    await door.take({ type: "record", rows: { tokens: [token], journal: [noted(token.id, clock.now())] } });
  }
  const open = () =>
    startApi({
      site,
      door,
      feed,
      store,
      table: running.table,
      historian: unaskedHistorian,
      backtests: unaskedBacktests(site),
      devices: () => running.acquisition.devices(),
      links: () => running.acquisition.links(),
      frames: running.acquisition.frames,
      north: () => [],
      channels: () => [],
      tryChannel: async () => undefined,
      nextWay: () => {},
      writeDesk: createWriteDesk({
        clock,
        table: running.table,
        site,
        door,
        store,
        write: running.acquisition.write,
        ...throughDoor(door),
      }),
      ...sealedRoom(folder.path),
      rules: [],
      checkRules: (text) => checkRuleText(text, site),
      metrics: createMetrics(),
      clock,
      clockTrusted: () => true,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      console: join(tmpdir(), "gatehouse-no-such-console"),
      version: "test",
      listen: { host: "127.0.0.1", port: 0 },
      limits: { requests: { count: 100_000, within: seconds(1) } },
    });
  let api = stack.use(await open());
  const life = await running.puppet.life(0);
  answer(life, "pump", [0, 1, 2, 3], [250, 0, 0, 2]);
  await door.take({ type: "tick" });
  const orders: WriteOrder<unknown>[] = [];
  const device: { reply: (order: WriteOrder<unknown>) => Promise<number | string> } = {
    reply: async (order) => order.value,
  };
  life.tools.takesOrders((order) => {
    orders.push(order);
    return device.reply(order);
  });
  const post = (point: string, body: unknown, as: Role = "engineer") =>
    exchange(
      Number(new URL(api.url).port),
      "POST",
      `/api/points/${point}/write`,
      { "content-type": "application/json", authorization: `Bearer ${secrets.get(as)}` },
      JSON.stringify(body),
    );
  return {
    ...running,
    life,
    clock,
    orders,
    device,
    post,
    /** Both steps. */
    async write(point: string, value: unknown, commandId: string, as: Role = "engineer") {
      const offer = await post(point, { value }, as);
      return offer.status === 200 ? post(point, { value, confirm: offer.body.confirm, commandId }, as) : offer;
    },
    async events() {
      const rows = await store.journal({ about: "device:pump", limit: 100 });
      return rows
        .filter((row) => row.event.startsWith("write"))
        .toSorted((a, b) => a.seq - b.seq)
        .map((row) => ({ event: row.event, ...row.data }));
    },
    /** As after a restart: what the API held in memory is gone, the journal is there. */
    async forget() {
      await api[Symbol.asyncDispose]();
      api = stack.use(await open());
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const noted = (id: string, at: number) => ({
  occurredAt: at as never,
  at: at as never,
  about: `token:${id}`,
  event: "token-created",
  actor: "test",
  data: {},
});

let house: Awaited<ReturnType<typeof startWriting>>;
beforeEach(async () => {
  house = await startWriting();
});
afterEach(() => house[Symbol.asyncDispose]());

describe("a write in two steps", () => {
  test("the first says what will happen and does nothing; the second does it, reads back, and both are in the journal", async () => {
    const offer = await house.post(SETPOINT, { value: 0.3 });
    expect(offer).toMatchObject({
      status: 200,
      body: {
        confirm: expect.stringMatching(/^[0-9a-f]{32}$/),
        expiresAt: "2026-11-21T08:01:00.000Z",
        says: {
          zh: expect.stringContaining("从 0.25 MPa 改为 0.3 MPa"),
          en: expect.stringContaining("0.25 MPa to 0.3 MPa"),
        },
      },
    });
    expect(house.orders).toEqual([]);
    expect(await house.events()).toEqual([]);

    const done = await house.post(SETPOINT, { value: 0.3, confirm: offer.body.confirm, commandId: "w1" });
    expect(done).toMatchObject({
      status: 200,
      body: {
        outcome: "done",
        point: SETPOINT,
        value: 0.3,
        held: 0.3,
        says: { zh: expect.stringContaining("回读一致") },
      },
    });
    expect(house.orders.map(({ value }) => value)).toEqual([300]);
    expect(await house.events()).toEqual([
      { event: "write-asked", point: SETPOINT, value: 0.3, order: "w1" },
      { event: "write-done", point: SETPOINT, value: 0.3, order: "w1", outcome: "done", held: 0.3 },
    ]);
  });

  test("true and false are 1 and 0; the site's own warning stands in the first answer; codes are named", async () => {
    const offer = await house.post("pump.stop", { value: true }, "operator");
    expect(offer.body.says.zh).toContain("水泵将停止");
    const done = await house.post(
      "pump.stop",
      { value: true, confirm: offer.body.confirm, commandId: "s" },
      "operator",
    );
    expect(done.body).toMatchObject({ outcome: "done", value: 1 });
    expect((await house.post("pump.mode", { value: 2 })).body.says.zh).toContain("从 0（自动） 改为 2（手动）");
  });

  test("the asking is on record before anything goes out", async () => {
    const seen: unknown[] = [];
    house.device.reply = async (order) => {
      seen.push(...(await house.events()));
      return order.value;
    };
    await house.write(SETPOINT, 0.4, "w1");
    expect(seen).toMatchObject([{ event: "write-asked", order: "w1" }]);
  });
});

describe("what came of it", () => {
  test.each(["refused", "unreachable", "unknown"] as const)(
    "%s is told in the driver's words and journalled",
    async (outcome) => {
      house.device.reply = async () => {
        throw new WriteFailed(outcome, say("exception 3"));
      };
      expect((await house.write(SETPOINT, 0.3, "w1")).body).toMatchObject({ outcome, says: say("exception 3") });
      expect((await house.events()).at(-1)).toMatchObject({
        event: outcome === "unknown" ? "write-unknown" : "write-refused",
        outcome,
        because: say("exception 3"),
      });
    },
  );

  test("another value read back is refused, with what the device holds", async () => {
    house.device.reply = async () => 260;
    expect((await house.write(SETPOINT, 0.3, "w1")).body).toMatchObject({ outcome: "refused", held: 0.26 });
  });
});

describe("the same command again", () => {
  test("gives the same outcome and writes nothing more, also while the first is on its way", async () => {
    const gate = Promise.withResolvers<void>();
    house.device.reply = async (order) => {
      await gate.promise;
      return order.value;
    };
    const { confirm } = (await house.post(SETPOINT, { value: 0.3 })).body;
    const body = { value: 0.3, confirm, commandId: "w1" };
    const twice = [house.post(SETPOINT, body), house.post(SETPOINT, body)];
    await expect.poll(() => house.orders.length).toBe(1);
    gate.resolve();
    const [first, second] = await Promise.all(twice);
    expect(second?.body).toEqual(first?.body);
    expect((await house.post(SETPOINT, body)).body).toEqual(first?.body);
    expect(house.orders).toHaveLength(1);
    expect(await house.events()).toHaveLength(2);
  });

  test("after a restart it is answered from the journal", async () => {
    const done = await house.write(SETPOINT, 0.3, "w1");
    await house.forget();
    const again = await house.post(SETPOINT, { value: 0.3, confirm: "0".repeat(32), commandId: "w1" });
    expect(again.body).toMatchObject({ outcome: "done", value: 0.3, held: 0.3, says: done.body.says });
    expect(house.orders).toHaveLength(1);
  });

  test("of somebody else, or for another value, is refused", async () => {
    await house.write(SETPOINT, 0.3, "w1");
    const other = await house.post(SETPOINT, { value: 0.4 });
    for (const [value, as] of [
      [0.4, "engineer"],
      [0.3, "supervisor"],
    ] as const) {
      const answer = await house.post(SETPOINT, { value, confirm: other.body.confirm, commandId: "w1" }, as);
      expect(answer).toMatchObject({ status: 409, body: { code: "command-id-used" } });
    }
    expect(house.orders).toHaveLength(1);
  });
});

describe("the word that confirms", () => {
  const second = async (value: number, confirm: string, as: Role = "engineer", point = SETPOINT) =>
    house.post(point, { value, confirm, commandId: "w1" }, as);
  const NOT = { status: 409, body: { code: "not-confirmed" } };

  test("holds for a minute", async () => {
    const { confirm } = (await house.post(SETPOINT, { value: 0.3 })).body;
    await house.clock.advance(seconds(59));
    const late = (await house.post(SETPOINT, { value: 0.3 })).body.confirm;
    await house.clock.advance(minutes(1));
    answer(house.life, "pump", [0, 1, 2, 3], [250, 0, 0, 2]);
    expect(await second(0.3, confirm)).toMatchObject(NOT);
    expect((await second(0.3, late)).body).toMatchObject({ outcome: "done" });
  });

  test("is for this person, point and value, and for once", async () => {
    const offer = async () => (await house.post(SETPOINT, { value: 0.3 })).body.confirm as string;
    expect(await second(0.31, await offer())).toMatchObject(NOT);
    expect(await second(0.3, await offer(), "supervisor")).toMatchObject(NOT);
    expect(await second(2, await offer(), "engineer", "pump.mode")).toMatchObject(NOT);
    expect(await second(0.3, "f".repeat(32))).toMatchObject(NOT);
    expect(house.orders).toEqual([]);
    const confirm = await offer();
    expect((await second(0.3, confirm)).body).toMatchObject({ outcome: "done" });
    const again = await house.post(SETPOINT, { value: 0.3, confirm, commandId: "w2" });
    expect(again).toMatchObject(NOT);
    expect(house.orders).toHaveLength(1);
  });
});

describe("nothing is written", () => {
  test("where it may not be: to a value, a code or a point that nobody allowed", async () => {
    for (const [point, value, status, code] of [
      [SETPOINT, 0.7, 422, "value-not-allowed"],
      ["pump.stop", 0, 422, "value-not-allowed"],
      ["pump.mode", 1, 422, "value-not-allowed"],
      ["pump.level", 1, 403, "not-writable"],
      ["pump.nothing", 1, 404, "no-such-point"],
    ] as const) {
      expect([point, value, await house.post(point, { value })]).toMatchObject([
        point,
        value,
        { status, body: { code } },
      ]);
    }
    expect(house.orders).toEqual([]);
  });

  test("for garbage", async () => {
    for (const body of [
      {},
      { value: "1" },
      { value: null },
      { value: [1] },
      { value: 1, force: true },
      { value: 1, confirm: "x" },
      "nonsense",
    ]) {
      expect([body, (await house.post(SETPOINT, body)).status]).toEqual([body, 400]);
    }
    expect(house.orders).toEqual([]);
  });

  test("without a command id in the second step", async () => {
    const { confirm } = (await house.post(SETPOINT, { value: 0.3 })).body;
    expect((await house.post(SETPOINT, { value: 0.3, confirm })).status).toBe(400);
    expect(house.orders).toEqual([]);
  });

  test("by a role that the point does not name, not even by the admin of a real site", async () => {
    for (const role of roles) {
      const { status } = await house.post(SETPOINT, { value: 0.3 }, role);
      expect([role, status]).toEqual([role, role === "engineer" || role === "supervisor" ? 200 : 403]);
    }
    await using demo = await startWriting(true);
    expect((await demo.post(SETPOINT, { value: 0.3 }, "admin")).status).toBe(200);
  });

  test("while the device does not answer, also when it fell silent between the two steps", async () => {
    const { confirm } = (await house.post(SETPOINT, { value: 0.3 })).body;
    house.life.tools.report.missed("pump", "timeout", say("silent"));
    for (const body of [{ value: 0.3 }, { value: 0.3, confirm, commandId: "w1" }]) {
      expect(await house.post(SETPOINT, body)).toMatchObject({ status: 409, body: { code: "device-not-online" } });
    }
    expect(house.orders).toEqual([]);
    expect(await house.events()).toEqual([]);
  });

  test("to a point whose own value cannot be believed", async () => {
    house.life.tools.report.fault("pump", Int32Array.of(0), 1, "refused", say("exception 2"));
    expect(await house.post(SETPOINT, { value: 0.3 })).toMatchObject({ status: 409, body: { code: "point-bad" } });
  });

  test("twice at once to one point", async () => {
    const gate = Promise.withResolvers<void>();
    house.device.reply = async (order) => {
      await gate.promise;
      return order.value;
    };
    const first = house.write(SETPOINT, 0.3, "w1");
    await expect.poll(() => house.orders.length).toBe(1);
    expect(await house.write(SETPOINT, 0.4, "w2")).toMatchObject({ status: 409, body: { code: "write-in-progress" } });
    gate.resolve();
    expect((await first).body).toMatchObject({ outcome: "done" });
    expect((await house.write(SETPOINT, 0.4, "w2")).body).toMatchObject({ outcome: "done", value: 0.4 });
  });
});
