import { expect, test } from "vitest";
import * as z from "zod";
import { NorthShape } from "../../../gateway/api/north-shapes.ts";
import { startStand } from "./stand.ts";

test("a target in the north says what waits, why, and what was dropped from when to when", async () => {
  await using stand = await startStand();
  const { status, body } = await stand.ask("GET", "/api/north", { as: "operator" });
  expect(status).toBe(200);
  expect(z.array(NorthShape.strict()).parse(body)).toEqual([
    {
      target: "influx",
      ok: false,
      because: { zh: "连不上", en: "away" },
      waiting: { alarms: 2, samples: 33 },
      bytes: 1_000,
      fill: 0.5,
      oldest: "2026-11-21T08:00:00.000Z",
      sent: 7,
      dropped: [{ what: "samples", count: 9, from: "2026-11-21T07:43:20.000Z", to: "2026-11-21T08:00:00.000Z" }],
      droppedWithinAnHour: 4,
      refusedWithinAnHour: 5,
      damagedWithinADay: 1,
    },
  ]);
  expect((await stand.ask("GET", "/api/north", { as: "viewer" })).status).toBe(403);
});
