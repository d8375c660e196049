import { expect, test } from "vitest";
import type { People } from "#model/site";
import { instant } from "#model/time";
import { onDuty } from "../../../rules/response/on-duty.ts";

const people: People = {
  teams: [
    { id: "room", name: { zh: "监控中心", en: "Control room" }, roles: ["operator"], people: ["day", "night"] },
    { id: "office", name: { zh: "物业办", en: "Office" }, roles: ["manager"], people: ["boss"] },
  ],
  people: [],
  shifts: [
    { team: "room", people: ["day"], days: [1, 2, 3, 4, 5, 6, 7], from: 8 * 60, to: 20 * 60 },
    { team: "room", people: ["night"], days: [1, 2, 3, 4, 5], from: 20 * 60, to: 8 * 60 },
  ],
  fallback: "last",
};
/** 2026-11-21 is a Saturday. */
const local = (text: string) =>
  instant(Temporal.PlainDateTime.from(text).toZonedDateTime("Asia/Shanghai").epochMilliseconds);
const who = (role: string, text: string) => onDuty(people, role, local(text), "Asia/Shanghai");

test("a shift includes its first minute and excludes its last", () => {
  expect(who("operator", "2026-11-20T08:00").people).toEqual(["day"]);
  expect(who("operator", "2026-11-20T19:59").people).toEqual(["day"]);
  expect(who("operator", "2026-11-20T20:00").people).toEqual(["night"]);
});

test("a night shift belongs to the day on which it began", () => {
  expect(who("operator", "2026-11-21T07:59").people).toEqual(["night"]);
  expect(who("operator", "2026-11-21T21:00")).toEqual({ people: ["last"], nobody: true });
  expect(who("operator", "2026-11-23T03:00")).toEqual({ people: ["last"], nobody: true });
});

test("a team without shifts is always on duty; a role without a team has nobody", () => {
  expect(who("manager", "2026-11-22T03:00")).toEqual({ people: ["boss"], nobody: false });
  expect(who("stranger", "2026-11-22T12:00")).toEqual({ people: ["last"], nobody: true });
});
