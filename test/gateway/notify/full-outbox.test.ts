/** Many thousands of messages at once: what is refused, and that the house still gets its turn. */
import { expect, test } from "vitest";
import { later, milliseconds, minutes, seconds } from "#model/time";
import { noon } from "../../support/stored-things.ts";
import { about, hook, receiver, startOffice } from "./hooked-office.ts";

test("when more than 10,000 wait, the newest of S3 and S4 are refused visibly, S1 and S2 never", async () => {
  await using far = await receiver("hang");
  const messages = Array.from({ length: 10_030 }, (_, i) =>
    about(`k${String(i).padStart(5, "0")}`, {
      severity: (["S1", "S2", "S3", "S4"] as const)[i % 4]!,
      createdAt: later(noon, milliseconds(i)),
      nextTryAt: later(noon, minutes(-1)),
    }),
  );
  await using house = startOffice(messages, [hook(far.url)]);
  await far.next();
  const refused = house.steps.filter((row) => row.state === "failed");
  expect(refused).toHaveLength(30);
  expect(new Set(refused.map((row) => row.severity))).toEqual(new Set(["S3", "S4"]));
  expect(Math.min(...refused.map((row) => row.createdAt))).toBeGreaterThan(noon + 10_030 - 61);
  expect(house.dropped).toEqual([["outbox", 30]]);
  expect(house.door.journal).toMatchObject([{ about: "site", event: "messages-refused", data: { count: 30 } }]);
  await house.clock.advance(seconds(5));
  expect(house.dropped).toHaveLength(1);
});

test("ten thousand messages for the screens are few transactions, and the house gets its turn in between", async () => {
  const messages = Array.from({ length: 10_000 }, (_, i) => about(`k${i}`, { channel: "console" }));
  await using house = startOffice(messages, []);
  let turns = 0;
  for (; house.door.house.outbox.size > 0; turns++) await house.clock.advance(milliseconds(0));
  expect(house.steps.filter((row) => row.state === "delivered")).toHaveLength(10_000);
  expect(turns).toBeGreaterThan(10);
  expect(house.door.taken.length).toBeLessThan(100);
});
