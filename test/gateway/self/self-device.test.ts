/** The gateway as a device of its site. */
import { expect, test } from "vitest";
import { selfDevice, selfId, withSelf } from "../../../gateway/self/self-device.ts";
import { canonicalPoints } from "../../../rules/language/canonical.ts";
import { building } from "../../support/building.ts";

test("its points are what rules know of a gateway, with the same types and units", () => {
  const known = canonicalPoints("gateway");
  for (const { key, type, unit } of selfDevice("gateway", 0, true, true).points) {
    expect([key, known.get(key)?.type, known.get(key)?.unit]).toEqual([key, type, unit]);
  }
});

test("it is the last device of every site, with points behind all others and no link", () => {
  const site = building();
  const whole = withSelf(site);
  const self = whole.devices.at(-1);
  expect(whole.devices.length).toBe(site.devices.length + 1);
  expect(self).toMatchObject({ id: "gateway", kind: "gateway", link: "", dependsOn: [] });
  expect(self?.points.map((handle) => whole.points[handle]?.device)).toEqual(self?.points.map(() => "gateway"));
  expect(self?.points[0]).toBe(site.points.length);
  expect(whole.points.some(({ key }) => key === "cert_days")).toBe(false);
});

test("a site whose own device has its name keeps it", () => {
  const site = building();
  const [first] = site.devices;
  if (!first) throw new Error("the building has no device");
  const named = {
    devices: [
      { ...first, id: "gateway" },
      { ...first, id: "gateway-2" },
    ],
  };
  expect(selfId(named)).toBe("gateway-3");
});
