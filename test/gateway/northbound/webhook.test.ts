import { describe, expect, test } from "vitest";
import type { WebhookTarget } from "#model/north";
import { usualQueue } from "#model/north";
import { seconds } from "#model/time";
import { judge } from "../../../gateway/northbound/webhook/sender.ts";
import { createDataFolder } from "../../support/data-folder.ts";
import { freePorts } from "../../support/house-process.ts";
import { type Behaviour, type Call, startReceiver } from "../../support/webhook-receiver.ts";
import { startNorth } from "./stand.ts";

const SECRET = "a-secret-of-the-receiver";
const webhook = (url: string, more: Partial<WebhookTarget> = {}): WebhookTarget => ({
  url,
  secret: SECRET,
  allow: ["loopback"],
  queue: usualQueue,
  ...more,
});
const receiver = (behaviours?: readonly Behaviour[]) => startReceiver(Buffer.from(SECRET), behaviours);
const rowsOf = ({ body }: Call) =>
  (body.data as { rows?: { seq: number; event: string; alarm?: { rule: string } }[] }).rows ?? [];
const samplesOf = ({ body }: Call) => (body.data as { samples?: { point: string; v: unknown }[] }).samples ?? [];

test("changes of alarms come signed, in their order, and no samples unless the site asks for them", async () => {
  using folder = createDataFolder();
  await using there = await receiver();
  await using house = await startNorth(folder.path, { north: { webhook: webhook(there.url) } });
  house.say("lift-1.speed", 1);
  await house.raise("elevator.entrapment", "lift-1");
  await house.clear("elevator.entrapment", "lift-1");
  await house.until("all is sent", () => there.calls.length > 0 && house.isEmpty());
  const rows = there.calls.flatMap(rowsOf);
  expect(rows.map(({ event, alarm }) => [event, alarm?.rule])).toEqual([
    ["activated", "elevator.entrapment"],
    ["returned", "elevator.entrapment"],
  ]);
  expect(there.calls.every(({ signed, body }) => signed && body.type === "gatehouse.changes")).toBe(true);
  expect(there.calls.flatMap(samplesOf)).toEqual([]);
});

test("a receiver that is away loses nothing: alarms come before samples, each in order, and an answer that got lost doubles nothing", async () => {
  using folder = createDataFolder();
  const port = await freePorts(1);
  const target = (url: string) => webhook(url, { points: { devices: ["lift-1"] } });
  {
    await using house = await startNorth(folder.path, { north: { webhook: target(`http://127.0.0.1:${port}/hook`) } });
    for (let i = 0; i < 50; i += 1) {
      house.say("lift-1.speed", i);
      await house.beat();
    }
    house.say("booster-1.note", "not asked for");
    await house.raise("elevator.entrapment", "lift-1");
    await house.until("it is told", () => house.said.some(({ because }) => because.includes("cannot be reached")));
    await house.until("all is on the disk", () => house.standing()?.samples === 50 && house.standing()?.urgent === 1);
  }
  // The first answer is cut off in the middle: it has the batch, and the gateway does not know it.
  await using there = await receiver(["cut", 204]);
  await using house = await startNorth(folder.path, { north: { webhook: target(there.url) } });
  await house.until("all is sent", () => there.messages.size > 1 && house.isEmpty());
  expect(rowsOf(there.calls[0] as Call)).toHaveLength(1);
  expect(there.calls[1]?.id).toBe(there.calls[0]?.id);
  const kept = [...there.messages.values()];
  expect(kept.map(({ body }) => body.type)).toEqual([
    "gatehouse.changes",
    ...kept.slice(1).map(() => "gatehouse.samples"),
  ]);
  expect(kept.flatMap(samplesOf).map(({ point, v }) => [point, v])).toEqual(
    Array.from({ length: 50 }, (_, i) => ["lift-1.speed", i]),
  );
});

test("over its cap the oldest samples go, alarms stay; it is counted and told in log and journal, never the secret", async () => {
  using folder = createDataFolder();
  const port = await freePorts(1);
  const small = webhook(`http://127.0.0.1:${port}/hook`, { points: {}, queue: { ...usualQueue, cap: 20_000 } });
  await using house = await startNorth(folder.path, { north: { webhook: small } });
  await house.raise("elevator.entrapment", "lift-1");
  await house.until("the alarm waits", () => house.standing()?.urgent === 1);
  for (let i = 0; i < 400; i += 1) {
    for (let n = 0; n < 30; n += 1) house.say("lift-1.speed", Math.random(), (house.clock.now() + n) as never);
    await house.beat();
  }
  await house.until("something was dropped", () => (house.dropped.get("north-webhook-samples") ?? 0) > 0);
  await house.until("it is told", () =>
    house.said.some(({ because }) => because.includes("queue has reached its limit")),
  );
  await house.until("each sample waits or was dropped", () => {
    const dropped = house.dropped.get("north-webhook-samples") ?? 0;
    return (house.standing()?.samples ?? 0) + dropped === 400 * 30;
  });
  expect(house.standing()?.bytes).toBeLessThan(40_000);
  expect(house.standing()?.urgent).toBe(1);
  expect(house.dropped.has("north-webhook-alarms")).toBe(false);
  const rows = (await house.store.journal({ about: "site" })).filter(({ event }) => event === "north-dropped");
  expect(rows[0]?.data).toMatchObject({ target: "webhook", what: "samples", because: { zh: expect.any(String) } });
  const [standing] = house.north.standing();
  expect(standing?.dropped).toMatchObject([{ what: "samples", count: house.dropped.get("north-webhook-samples") }]);
  expect(standing?.lately).toBeGreaterThan(0);
  expect(JSON.stringify([house.said, rows])).not.toContain(SECRET);
  await house.clock.advance(seconds(3_601));
  expect(house.north.standing()[0]?.lately).toBe(0);
});

describe("nothing but a 2xx is a receipt", () => {
  test.each([301, 400, 401, 403, 404, 410, 422, 429, 500, 503])("%d", (status) => {
    const sent = judge(status, "receiver.example");
    expect(sent.outcome).toBe("try-later");
    if (sent.outcome === "try-later") expect(sent.because.zh + sent.because.en).toMatch(/receiver\.example.*本机/s);
  });
  test("a batch that is too large comes in smaller ones", () => {
    expect(judge(413, "receiver.example").outcome).toBe("too-large");
    expect(judge(204, "receiver.example")).toEqual({ outcome: "taken" });
  });
});
