import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { builtConsole } from "./browser.ts";

describe("the built console", () => {
  let dist: string;
  beforeAll(async () => {
    dist = await builtConsole();
  });
  const packed = (path: string) => gzipSync(readFileSync(join(dist, path)), { level: 9 }).length / 1_024;
  const page = () => readFileSync(join(dist, "index.html"), "utf8");

  test("loads at most 60 KB of script and 12 KB of style at first, packed; the page itself is 3 KB at most", () => {
    const named = [...page().matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
    const sum = (ending: string) =>
      named.filter((name) => name.endsWith(ending)).reduce((total, name) => total + packed(name), 0);
    expect(sum(".js")).toBeGreaterThan(1);
    expect(sum(".js")).toBeLessThanOrEqual(60);
    expect(sum(".css")).toBeLessThanOrEqual(12);
    expect(packed("index.html")).toBeLessThanOrEqual(3);
  });

  test("weighs 500 KB at most in all", () => {
    const all = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = all.reduce((total, entry) => total + readFileSync(join(entry.parentPath, entry.name)).length, 0);
    expect(bytes / 1_024).toBeLessThanOrEqual(500);
  });

  test("has nothing inline and nothing from elsewhere: the page's policy would refuse it", () => {
    expect(page()).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son\w+=|https?:\/\//i);
  });
});
