import fc from "fast-check";
import { expect, test } from "vitest";
import type { PointDefinition } from "#model/points";
import { Refused } from "../../../gateway/net/refused.ts";
import { createOrders, type Desk } from "../../../gateway/northbound/orders.ts";
import { point } from "./stand.ts";

const points: readonly PointDefinition[] = [
  { ...point("pump-1", "setpoint"), range: [0, 10], write: { who: ["engineer", "admin"] } },
  point("pump-1", "pressure"),
];

function desk() {
  const asked: unknown[] = [];
  const own: Desk = {
    offer(handle, value, actor) {
      if (value > 10) throw new Refused(422, "value-not-allowed", "不能", "may not");
      asked.push(["offer", handle, value, actor.id, actor.role]);
      return { confirm: "word" };
    },
    async order(handle, value, confirm, commandId) {
      asked.push(["order", handle, value, confirm, commandId]);
      return { outcome: "done" };
    },
  };
  const order = createOrders(points, own);
  return {
    asked,
    order: async (id: string, payload: string, allowed = ["pump-1.setpoint"]) =>
      JSON.parse(await order(allowed, id, payload)),
  };
}

test("an order takes the two steps of every write, under a name of its own", async () => {
  const { asked, order } = desk();
  expect(await order("pump-1.setpoint", '{"value":4}')).toEqual({ confirm: "word" });
  expect(await order("pump-1.setpoint", '{"value":4,"confirm":"word"}')).toMatchObject({ code: "bad-request" });
  expect(await order("pump-1.setpoint", '{"value":4,"confirm":"word","commandId":"c-1"}')).toEqual({ outcome: "done" });
  expect(asked).toEqual([
    ["offer", 0, 4, "north:mqtt", "engineer"],
    ["order", 0, 4, "word", "c-1"],
  ]);
});

test("what the site does not name, what cannot be written, and what the desk refuses comes to nothing", async () => {
  const { asked, order } = desk();
  expect(await order("pump-1.setpoint", '{"value":4}', [])).toMatchObject({ code: "not-allowed" });
  expect(await order("pump-1.pressure", '{"value":4}', ["pump-1.pressure"])).toMatchObject({ code: "not-allowed" });
  expect(await order("nobody.x", '{"value":4}', ["nobody.x"])).toMatchObject({ code: "not-allowed" });
  expect(await order("pump-1.setpoint", '{"value":11}')).toEqual({
    code: "value-not-allowed",
    message: { zh: "不能", en: "may not" },
  });
  expect(asked).toEqual([]);
});

test("garbage is answered as such and reaches no desk", async () => {
  const { asked, order } = desk();
  const garbage = fc.oneof(
    fc.string(),
    fc.json().filter((text) => typeof (JSON.parse(text) as { value?: unknown } | null)?.value !== "number"),
    fc.constantFrom(
      "",
      "[]",
      "null",
      '{"value":"4"}',
      '{"value":null}',
      '{"value":4,"confirm":7}',
      '{"value":4,"confirm":"a b"}',
      `{"value":4,"x":"${"y".repeat(5_000)}"}`,
    ),
  );
  await fc.assert(
    fc.asyncProperty(garbage, async (payload) => {
      const answer = await order("pump-1.setpoint", payload);
      expect(answer.code).toBe("bad-request");
    }),
  );
  expect(asked).toEqual([]);
});
