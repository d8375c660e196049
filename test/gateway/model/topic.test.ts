/** Topics and filters, by the examples of MQTT 3.1.1 section 4.7 and by what covers what. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { covers, isFilter, isTopic, takes } from "#model/topic";

describe("topic filters", () => {
  test.each([
    ["sport/tennis/player1/#", "sport/tennis/player1", true],
    ["sport/tennis/player1/#", "sport/tennis/player1/ranking", true],
    ["sport/#", "sport", true],
    ["#", "anything/at/all", true],
    ["sport/tennis/+", "sport/tennis/player1", true],
    ["sport/tennis/+", "sport/tennis/player1/ranking", false],
    ["sport/+", "sport", false],
    ["sport/+", "sport/", true],
    ["+/+", "/finance", true],
    ["/+", "/finance", true],
    ["+", "/finance", false],
    ["#", "$SYS/x", false],
    ["+/monitor/Clients", "$SYS/monitor/Clients", false],
    ["$SYS/#", "$SYS/x", true],
    ["sport", "sports", false],
  ])("%s takes %s: %s", (filter, topic, expected) => {
    expect(takes(filter, topic)).toBe(expected);
  });

  test.each([
    ["a/#", "a/#", true],
    ["a/#", "a/+/b", true],
    ["a/#", "a", true],
    ["a/+", "a/#", false],
    ["a/+", "a/+", true],
    ["a/b", "a/+", false],
    ["#", "$SYS/#", false],
    ["a/+/c", "a/b/c", true],
    ["a/+/c", "a/+/+", false],
  ])("%s covers %s: %s", (outer, inner, expected) => {
    expect(covers(outer, inner)).toBe(expected);
  });

  test("what a covered filter takes, the covering one takes too", () => {
    const level = fc.constantFrom("a", "b", "+");
    const filter = fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([levels, open]) => [...levels, ...(open ? ["#"] : [])].join("/"));
    const topic = fc
      .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 5 })
      .map((levels) => levels.join("/"));
    fc.assert(
      fc.property(filter, filter, topic, (outer, inner, name) => {
        if (covers(outer, inner) && takes(inner, name)) expect(takes(outer, name)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each(["", "a/#/b", "a#", "a+", "a/b+", "a\u0000", "a".repeat(257), "1/".repeat(16)])(
    "%j is no filter",
    (text) => {
      expect(isFilter(text)).toBe(false);
    },
  );

  test.each(["", "a/#", "+", "a\n", "1/".repeat(16)])("%j is no topic", (text) => {
    expect(isTopic(text)).toBe(false);
  });
});
