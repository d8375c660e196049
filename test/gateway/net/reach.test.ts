import fc from "fast-check";
import { expect, test } from "vitest";
import { mayReach, placeOf } from "../../../gateway/net/reach.ts";

test.each([
  ["8.8.8.8", "public"],
  ["2400:3200::1", "public"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["::1", "loopback"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:7f00:1", "loopback"],
  ["64:ff9b::127.0.0.1", "loopback"],
  ["2002:7f00:1::", "loopback"],
  ["10.1.2.3", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "public"],
  ["192.168.0.1", "private"],
  ["100.64.0.1", "private"],
  ["fd00::1", "private"],
  ["::ffff:192.168.1.1", "private"],
  ["169.254.169.254", "never"],
  ["::ffff:169.254.169.254", "never"],
  ["fe80::1", "never"],
  ["fe80::1%eth0", "never"],
  ["0.0.0.0", "never"],
  ["::", "never"],
  ["224.0.0.1", "never"],
  ["255.255.255.255", "never"],
  ["ff02::1", "never"],
  ["localhost", "never"],
  ["", "never"],
  ["127.1", "never"],
])("%s lies in %s", (address, place) => {
  expect(placeOf(address)).toBe(place);
});

test("link-local addresses are never reached, whatever is allowed", () => {
  expect(mayReach("169.254.169.254", ["private", "loopback"])).toBe(false);
  expect(mayReach("192.168.0.1", [])).toBe(false);
  expect(mayReach("192.168.0.1", ["loopback"])).toBe(false);
  expect(mayReach("192.168.0.1", ["private"])).toBe(true);
});

test("an IPv4 address lies in the same place however IPv6 wraps it", () => {
  const hex = (a: number, b: number) => ((a << 8) | b).toString(16);
  fc.assert(
    fc.property(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)), ([a, b, c, d]) => {
      const place = placeOf(`${a}.${b}.${c}.${d}`);
      expect(placeOf(`::ffff:${a}.${b}.${c}.${d}`)).toBe(place);
      expect(placeOf(`0:0:0:0:0:ffff:${hex(a, b)}:${hex(c, d)}`)).toBe(place);
      expect(placeOf(`64:ff9b::${hex(a, b)}:${hex(c, d)}`)).toBe(place);
    }),
  );
});
