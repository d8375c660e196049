/** Which alarm of a group was first: by the time of its source, not by the order in which the wires brought it. */
import { beforeEach, expect, test } from "vitest";
import type { InputSeen } from "#model/rule";
import { type Instant, later, milliseconds, type Span, seconds } from "#model/time";
import { onsetOf } from "../../../rules/alarm/first-up.ts";
import { building, TEN, verdict } from "../../support/building.ts";
import { createPureHouse, type PureHouse } from "../../support/pure-house.ts";

const second = (count: number): Instant => later(TEN, seconds(count));
let house: PureHouse;

const input = (at: Instant, sourceAt?: Instant): InputSeen => ({
  point: "p",
  value: 1,
  quality: "good",
  at,
  ...(sourceAt === undefined ? {} : { sourceAt }),
});
const rise = (
  rule: string,
  device: string,
  now: Instant,
  more: { inputs?: readonly InputSeen[]; heldFor?: Span } = {},
) =>
  house.take(
    {
      type: "conditions",
      transitions: [{ ...verdict(rule, device, "active", { severity: "S3" }), ...more }],
    },
    now,
  );
const follows = (id: string) => house.alarms.get(id)?.follows;

beforeEach(() => {
  house = createPureHouse(building());
});

test("within five seconds the others follow the first; a second later is another group", () => {
  rise("a", "lift-1", second(0));
  rise("b", "lift-2", second(5));
  rise("c", "lift-1", second(6));
  expect(["a@lift-1", "b@lift-2", "c@lift-1"].map(follows)).toEqual([undefined, "a@lift-1", undefined]);
});

test("another system of the building is another group", () => {
  rise("a", "lift-1", second(0));
  rise("b", "booster-1", second(1));
  expect(follows("b@booster-1")).toBeUndefined();
});

test("it came second and was first by its source: it takes the lead, and the journal says so", () => {
  rise("a", "lift-1", second(10), { inputs: [input(second(10))] });
  rise("b", "lift-2", second(12), { inputs: [input(second(12), second(8))] });
  expect(follows("b@lift-2")).toBeUndefined();
  expect(follows("a@lift-1")).toBe("b@lift-2");
  const moved = house.journal.find((row) => row.event === "first-up-moved");
  expect(moved).toMatchObject({ about: "alarm:a@lift-1", data: { to: "b@lift-2", earlierBy: 2_000 } });
  rise("c", "lift-1", second(12));
  expect(follows("c@lift-1")).toBe("b@lift-2");
});

test("a delay counts from when the condition began", () => {
  rise("a", "lift-1", second(20), { inputs: [input(second(20))] });
  rise("b", "lift-2", second(22), { heldFor: milliseconds(4_000), inputs: [input(second(22))] });
  expect(follows("a@lift-1")).toBe("b@lift-2");
});

test("a stamp a minute and more away from the receipt is not believed", () => {
  const far = [input(second(100), second(30))];
  expect(onsetOf(second(100), milliseconds(0), far)).toBe(second(100));
  expect(onsetOf(second(100), milliseconds(0), [input(second(100), second(41))])).toBe(second(41));
  expect(onsetOf(second(100), milliseconds(3_000), [])).toBe(second(97));
});

test.each([
  ["a fraction of a millisecond", 3_000.25, -0.5, -3_001],
  ["without end", Number.POSITIVE_INFINITY, 0, 0],
  ["of no known length", Number.NaN, 0, 0],
])("a condition held %s has begun at a whole instant that can be told", (_, held, stamp, expected) => {
  const inputs = [input(second(100), second(100 + stamp / 1_000))];
  expect(onsetOf(second(100), milliseconds(held), inputs)).toBe(second(100) + expected);
});

test("an alarm that joined its first-up stays with it when the first one has returned", () => {
  rise("a", "lift-1", second(0));
  rise("b", "lift-2", second(1));
  house.take({ type: "conditions", transitions: [verdict("a", "lift-1", "normal", { severity: "S3" })] }, second(2));
  expect(follows("b@lift-2")).toBe("a@lift-1");
  rise("c", "lift-1", second(3));
  expect(follows("c@lift-1")).toBeUndefined();
});
