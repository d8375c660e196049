/** Which points a site may make writable, and what else it may say about freshness. */
import { describe, expect, test } from "vitest";
import { modbusTcp } from "../../../drivers/modbus/tcp.ts";
import type { Drivers } from "../../../gateway/site/links.ts";
import { problemsOf, siteOf } from "./written-site.ts";

/** A driver that can write what it does not call an input. */
const drivers: Drivers = new Map([
  [
    "modbus-tcp",
    {
      ...(modbusTcp as never as NonNullable<ReturnType<Drivers["get"]>>),
      writable: (address: unknown) =>
        (address as { table: string }).table === "input"
          ? { zh: "输入寄存器只读", en: "an input register is read only" }
          : true,
    },
  ],
]);

const device = (fields: string, kind = "water", more = "") => ({
  "devices/pumps.yaml": `id: pump-1
name: { zh: 一号泵, en: Pump 1 }
kind: ${kind}
link: { modbus-tcp: { host: 10.0.0.1 } }
${more}
points:
  - { id: flow, name: { zh: 流量, en: Flow }, at: "holding:1", ${fields} }
`,
});
const told = (fields: string, kind?: string, more?: string) => problemsOf(device(fields, kind, more), { drivers });
const flow = async (fields: string, more?: string) => {
  const site = await siteOf(device(fields, "water", more), { drivers });
  const pump = site.devices.find(({ id }) => id === "pump-1");
  return { device: pump, point: site.points[pump?.points[0] ?? -1] };
};

describe("a writable point", () => {
  test("says who, and with which values; a warning of its own if it likes", async () => {
    const { point } = await flow(
      "type: number, range: [0, 9], write: { who: [engineer], values: [0, 5], confirm: { zh: 停泵, en: It stops } }",
    );
    expect(point?.write).toEqual({ who: ["engineer"], values: [0, 5], confirm: { zh: "停泵", en: "It stops" } });
    expect((await flow("type: number, range: [0, 9], write: { who: [engineer] }")).point?.write).toEqual({
      who: ["engineer"],
    });
    expect((await flow("type: number")).point).not.toHaveProperty("write");
  });

  test.each([
    ["fire", "fire equipment is read only"],
    ["elevator", "lifts are read only"],
  ])("of a device of kind %s is refused, whatever the driver can", async (kind, why) => {
    expect(await told("type: bool, write: { who: [engineer] }", kind)).toEqual([
      `devices/pumps.yaml:7:81 the point flow cannot be written: ${why}`,
    ]);
  });

  test("of a profile is refused for a lift by an override too", async () => {
    const lines = await problemsOf(
      {
        "devices/lifts.yaml": `id: lift-1
name: { zh: 一号梯, en: Lift 1 }
profile: small-lift
link: { modbus-tcp: { host: 10.0.0.1 } }
overrides: { door_zone: { write: { who: [admin] } } }
`,
      },
      { drivers },
    );
    expect(lines.filter((line) => line.includes("cannot be written"))).toEqual([
      "devices/lifts.yaml:5:34 the point door_zone cannot be written: lifts are read only",
    ]);
  });

  test("at an input register, or by a driver that cannot write at all, is refused", async () => {
    const input = device("type: bool, write: { who: [engineer] }")["devices/pumps.yaml"].replace(
      "holding:1",
      "input:1",
    );
    expect(await problemsOf({ "devices/pumps.yaml": input }, { drivers })).toEqual([
      "devices/pumps.yaml:7:79 the point flow cannot be written: an input register is read only",
    ]);
    const { writable: _, ...mute } = drivers.get("modbus-tcp") as { writable?: unknown };
    expect(
      await problemsOf(device("type: bool, write: { who: [engineer] }"), {
        drivers: new Map([["modbus-tcp", mute as never]]),
      }),
    ).toEqual(["devices/pumps.yaml:7:81 the point flow cannot be written: its protocol cannot write"]);
  });

  test.each([
    ["type: text, write: { who: [engineer] }", "is a text, which cannot be written"],
    ["type: number, write: { who: [engineer] }", "may be written, but with which values is not told"],
    ["type: bool, write: { who: [engineer], values: [2] }", "may be written 2, a value that it cannot have"],
    [
      "type: number, range: [0, 9], write: { who: [engineer], values: [5, 10] }",
      "may be written 10, a value that it cannot have",
    ],
  ])("cannot be { %s }", async (fields, what) => {
    expect((await told(fields)).map((line) => line.replace(/^\S+ /, ""))).toEqual([`the point flow ${what}`]);
  });

  test.each([
    "type: bool, write: { who: [] }",
    "type: bool, write: {}",
    "type: bool, write: true",
    "type: bool, write: { who: [viewer] }",
    "type: bool, write: { who: [enginer] }",
    "type: bool, write: { who: [engineer], force: true }",
    "type: bool, write: { who: [engineer], values: ['1'] }",
  ])("is not { %s }", async (fields) => {
    expect(await told(fields)).toHaveLength(1);
  });
});

describe("acknowledge: true", () => {
  const condition = (fields: string, kind: string) => ({
    "devices/pumps.yaml": `id: pump-1
name: { zh: 一号泵, en: Pump 1 }
kind: ${kind}
link: { opcua: { endpoint: "opc.tcp://10.0.0.1", security: none } }
points:
  - { id: high, name: { zh: 高, en: High }, type: bool, at: "condition:i=5#active", ${fields} }
`,
  });

  test("is kept for a condition of an OPC UA server, and absent unless asked for", async () => {
    const of = async (fields: string) => {
      const site = await siteOf(condition(fields, "water"));
      return site.points.find(({ key }) => key === "high")?.acknowledge;
    };
    expect([await of("acknowledge: true"), await of("acknowledge: false"), await of("every: 1s")]).toEqual([
      true,
      undefined,
      undefined,
    ]);
  });

  test.each(["fire", "elevator"])("is refused for a device of kind %s", async (kind) => {
    expect(await problemsOf(condition("acknowledge: true", kind))).toEqual([
      expect.stringContaining("the point high cannot have its acknowledgement passed back"),
    ]);
  });

  test("is refused where there is nothing to acknowledge, and so is writing a condition", async () => {
    expect(await told("type: bool, acknowledge: true")).toEqual([
      expect.stringContaining("has an address where there is no alarm to acknowledge"),
    ]);
    expect(await problemsOf(condition("write: { who: [engineer] }", "water"))).toEqual([
      expect.stringContaining("a condition has no value to write"),
    ]);
  });
});

describe("freshness", () => {
  test("a point says how often it moves at least, a device which answers mean that it is dead", async () => {
    const { device: pump, point } = await flow("type: number, frozenAfter: 2m", "suspect: [zeros, ones]");
    expect([point?.frozenAfter, pump?.suspect]).toEqual([120_000, ["zeros", "ones"]]);
    const plain = await flow("type: number");
    expect("frozenAfter" in (plain.point ?? {}) || "suspect" in (plain.device ?? {})).toBe(false);
  });

  test("sooner than three polls nothing is frozen", async () => {
    expect(await told("type: number, every: 10s, frozenAfter: 20s, staleAfter: 30s")).toEqual([
      expect.stringContaining("counts as frozen before it is polled three times"),
    ]);
  });

  test.each(["suspect: [zero]", "suspect: zeros"])("%s is a problem", async (more) => {
    expect(await told("type: number", "water", more)).toHaveLength(1);
  });
});
