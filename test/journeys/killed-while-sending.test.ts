/**
 * A house that is killed between a send and its record, and comes back under a clock that was set back: each message is sent again
 * under its own id, a receiver that knows ids has it once, and nothing is forgotten.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { instant, later, milliseconds, seconds } from "#model/time";
import type { TicketBody, TicketDetailBody } from "../../gateway/api/ticket-shapes.ts";
import { ADMIN_TOKEN, call, DEMO_SITE, demoPorts } from "../support/house-process.ts";
import { startPushedHouse } from "../support/pushed-house.ts";
import { startReceiver } from "../support/webhook-receiver.ts";

/** Three in the morning in Shanghai. */
const THREE = instant(Date.UTC(2026, 10, 21, 19));
const SECRET = "kill-test-secret-0123456789";

test("killed between send and record, and back under an earlier clock: every message arrives, none under two ids", {
  timeout: 240_000,
}, async () => {
  const data = mkdtempSync(join(tmpdir(), "gatehouse-killed-"));
  // It never answers, so that every record is still open when the house dies; the second life finds it well again.
  const behaviours: ("hang" | 204)[] = ["hang"];
  await using desk = await startReceiver(SECRET, behaviours);
  const channels = [{ id: "desk", kind: "webhook", settings: { url: desk.url, secret: SECRET, allow: ["loopback"] } }];
  const plan = { data, ports: await demoPorts(), console: DEMO_SITE, channels };
  try {
    let house = await startPushedHouse({ ...plan, now: THREE });
    const ask = <T>(method: string, path: string, body?: object) =>
      call<T>(`${house.url}${path}`, method, body, { authorization: `Bearer ${ADMIN_TOKEN}` });
    const { body: ticket } = await ask<TicketBody>("POST", "/api/tickets", {
      commandId: "killed-command-0001",
      class: "elevator_entrapment",
      device: "lift-1",
      description: "轿厢停了，里面有人",
    });
    // Four are on their way at once: the seats of the channel.
    while (desk.calls.length < 4) await desk.next();
    const first = new Set(desk.calls.map(({ id }) => id));
    await house.kill();
    const before = desk.calls.length;
    behaviours[0] = 204;
    house = await startPushedHouse({ ...plan, now: later(THREE, milliseconds(-5_400_000)) });
    await using _ = house;
    const told = async () => {
      await house.push(seconds(1));
      const { body } = await ask<TicketDetailBody>("GET", `/api/tickets/${ticket.no}`);
      return body.told.filter(({ channel }) => channel === "desk");
    };
    await expect
      .poll(async () => (await told()).filter(({ state }) => state !== "delivered").length, { timeout: 60_000 })
      .toBe(0);
    const rows = await told();
    expect(rows.length).toBeGreaterThanOrEqual(4);
    const of = [...desk.messages.keys()].filter((id) => id.startsWith(`${ticket.no}/`));
    expect(of).toHaveLength(rows.length);
    for (const id of first) expect(of).toContain(id);
    // Sent again by the second life, known once.
    for (const id of first) expect(desk.calls.slice(before).map((one) => one.id)).toContain(id);
    expect(desk.calls.every(({ signed }) => signed)).toBe(true);
    expect((await ask<{ ok: boolean }>("GET", "/api/journal/verify")).body.ok).toBe(true);
    const { body: open } = await ask<TicketBody[]>("GET", "/api/tickets?state=open");
    expect(open.filter((one) => one.class === "elevator_entrapment" && one.device === "lift-1")).toHaveLength(1);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
