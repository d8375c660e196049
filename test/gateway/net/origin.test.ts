import { describe, expect, test } from "vitest";
import { comesFromElsewhere, ourHosts } from "../../../gateway/net/origin.ts";

describe("the Host header of a loopback listener", () => {
  const hosts = ourHosts({ host: "127.0.0.1", port: 8080, secure: false });
  test.each(["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080"])("%s is ours", (host) => {
    expect(hosts.isOurs(host)).toBe(true);
  });
  test.each([
    undefined,
    "",
    "evil.example",
    "evil.example:8080",
    "127.0.0.1",
    "127.0.0.1:8081",
    "localhost.evil.example:8080",
    "127.0.0.1:8080@evil.example",
    "127.0.0.1:8080, evil",
    "http://127.0.0.1:8080",
    "127.0.0.1:8080/",
    "[::1",
    " localhost:8080",
  ])("%j is not", (host) => {
    expect(hosts.isOurs(host)).toBe(false);
  });
});

test("a listener on all interfaces answers to addresses and to its listed names, not to a stranger's name", () => {
  const hosts = ourHosts({ host: "0.0.0.0", port: 8080, secure: false, names: ["gw.example"] });
  expect(hosts.isOurs("192.168.1.20:8080")).toBe(true);
  expect(hosts.isOurs("[fd00::5]:8080")).toBe(true);
  expect(hosts.isOurs("localhost:9090")).toBe(true);
  expect(hosts.isOurs("gw.example:8080")).toBe(true);
  expect(hosts.isOurs("evil.example:8080")).toBe(false);
});

test("without a port the usual one is meant", () => {
  expect(ourHosts({ host: "127.0.0.1", port: 80, secure: false }).isOurs("localhost")).toBe(true);
  expect(ourHosts({ host: "127.0.0.1", port: 443, secure: true }).isOurs("localhost")).toBe(true);
  expect(ourHosts({ host: "127.0.0.1", port: 443, secure: false }).isOurs("localhost")).toBe(false);
});

describe("where a request comes from", () => {
  const host = "127.0.0.1:8080";
  test.each([
    [{ host, origin: undefined, fetchSite: undefined }, false],
    [{ host, origin: "http://127.0.0.1:8080", fetchSite: "same-origin" }, false],
    [{ host, origin: undefined, fetchSite: "none" }, false],
    [{ host, origin: "http://evil.example", fetchSite: undefined }, true],
    [{ host, origin: "null", fetchSite: undefined }, true],
    [{ host, origin: "https://127.0.0.1:8080", fetchSite: undefined }, true],
    [{ host, origin: "http://127.0.0.1:8081", fetchSite: "same-site" }, true],
    [{ host, origin: "http://127.0.0.1:8080", fetchSite: "cross-site" }, true],
    [{ host, origin: undefined, fetchSite: "cross-site" }, true],
    [{ host, origin: "http://127.0.0.1:8080.evil.example", fetchSite: undefined }, true],
  ])("%j from elsewhere: %s", (sender, elsewhere) => {
    expect(comesFromElsewhere(sender, false)).toBe(elsewhere);
  });
});
