/** The thirty tricky cases of a response: each has a story of its own, and this is the list of what they must show. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const here = import.meta.dirname;

/** Files whose titles begin with "case N:"; the stories, and the tests of parts that show a case more closely. */
const files = [
  ...readdirSync(join(here, "thirty")).map((file) => join(here, "thirty", file)),
  ...["dispatch", "handover", "workdays"].map((name) => join(here, `${name}.test.ts`)),
  join(here, "../../gateway/notify/ways.test.ts"),
];

/** Numbers of the cases, a word of each story, and in how many tests it is told at least. */
const cases: readonly (readonly [number, string, number?])[] = [
  [1, "nobody acknowledges"],
  [2, "accepted by nobody"],
  [3, "staff there 10:16"],
  [4, "there after 45 minutes"],
  [5, "the button releases itself"],
  [6, "killed at 10:04:50"],
  [7, "killed between the commit and the call"],
  [8, "killed after the provider took it"],
  [9, "the box wakes in 1970"],
  [10, "an hour forward"],
  [11, "back by 20 minutes"],
  [12, "forty times in three minutes"],
  [13, "the same order delivered again"],
  [14, "in the same millisecond"],
  [15, "then people inside"],
  [16, "parts ordered at 20:00", 2],
  [17, "S3 becomes S2 at hour 3"],
  [18, "two workdays from Friday 17:00", 2],
  [19, "the policy is edited while a ticket runs"],
  [20, "post is empty"],
  [21, "accepts five seconds later"],
  [22, "takes the technician from an S3", 2],
  [23, "the robot rests ten minutes"],
  [24, "sixty", 2],
  [25, "a wrong secret all day"],
  [26, "acknowledged at 59.9 s", 2],
  [27, "lift 3 is maintained"],
  [28, "on day 6, again on day 7, again on day 9"],
  [29, "Monday, Wednesday and Saturday"],
  [30, "unsigned at 20:05", 2],
];

/** Titles of tests, also those of `test.each` and of `describe`. */
const titles = files.flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(/"(case (\d+): [^"]+)"/g)].map(([, title, number]) => ({
    title: title ?? "",
    number: Number(number),
  })),
);

describe("the thirty cases", () => {
  test("are thirty", () => {
    expect(cases.map(([number]) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  test.each(cases.map(([number, story, count = 1]) => ({ number, story, count })))(
    "case $number, $story",
    ({ number, story, count }) => {
      const told = titles.filter((one) => one.number === number).map(({ title }) => title);
      expect(told.length).toBeGreaterThanOrEqual(count);
      expect(told.join()).toContain(story);
    },
  );
});
