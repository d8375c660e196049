import { describe, expect, test } from "vitest";
import { core, whyNotPassword } from "../../../gateway/people/password-rules.ts";

const words = ["wang", "harbour-park", "海港园区"];

describe("passwords that are taken", () => {
  test.each([
    "correct horse 7!",
    "Brücke-über-Fluss-3",
    "三号电梯机房在B座负1层!",
    "tZ8#mmQ2!vvLr",
    "a1!".padEnd(128, "xyz9"),
    "пароль-на-лифте-5",
  ])("%s", (password) => {
    expect(whyNotPassword(password, words)).toBeUndefined();
  });
});

describe("passwords that are not", () => {
  test.each([
    ["short1!", "12 to 128"],
    ["a1!".padEnd(129, "xyz9"), "12 to 128"],
    ["onlylettersandmore!", "a digit"],
    ["123456789012!", "a letter"],
    ["letters12345678", "a symbol"],
    ["WangWang-2026!", "user name"],
    ["my-Harbour-Park-1", "user name"],
    ["我在海港园区工作第1年!!", "user name"],
    ["P@ssw0rd#2026", "tried first"],
    ["Password123456!", "tried first"],
    ["!!Admin@123456", "tried first"],
    ["Qwerty@1234567", "tried first"],
    ["Woaini1314520!", "tried first"],
    ["G@teh0use-2026!", "tried first"],
    ["aaaaaaaaaa1!", "tried first"],
  ])("%s: %s", (password, why) => {
    expect(whyNotPassword(password, words)?.en).toContain(why);
  });
});

test("digits and signs around a word do not hide it", () => {
  expect(core("##P@ssw0rd2026!")).toBe("password");
  expect(core("1234567890")).toBe("");
});
