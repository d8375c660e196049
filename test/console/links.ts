/** Links as an engineer finds them on a bad morning: a serial line with one dead unit, and a gateway that is gone. */
import type { FrameBody, LinkBody, UnitBody } from "../../gateway/api/link-shapes.ts";

const iso = (at: number) => new Date(at).toISOString();

export const serialLine = "com1";

export function badMorning(now: number): readonly LinkBody[] {
  const unit = (n: number, more: Partial<UnitBody> = {}): UnitBody => ({
    device: `pump-${n}`,
    name: { zh: `${n} 号水泵`, en: `Pump ${n}` },
    unit: n,
    state: "online",
    since: iso(now - 3_600_000),
    lastGood: iso(now - 400),
    latency: { p50: 41.3, p99: 94.8 },
    requestsPerSecond: 1,
    pollWanted: 1,
    pollAchieved: 1,
    requests: 3_600,
    timeouts: 2,
    faults: [],
    breaker: "closed",
    notes: [],
    ...more,
  });
  const { latency: _, ...silent } = unit(7, {
    state: "offline",
    since: iso(now - 600_000),
    lastGood: iso(now - 600_000),
    requestsPerSecond: 0.1,
    pollAchieved: 0,
    requests: 900,
    timeouts: 210,
    breaker: "open",
    nextTryIn: 8_000,
    faults: [
      {
        reason: "timeout",
        reasonText: { zh: "设备未应答", en: "the device did not answer" },
        because: {
          zh: "/dev/ttyUSB0 站号 7 在 800 毫秒内没有应答。请检查设备电源、A/B 线和站号；系统会自动重试。",
          en: "Unit 7 at /dev/ttyUSB0 did not answer within 800 ms. Check its power, the A/B wires and the unit id; trying again by itself.",
        },
        count: 210,
        firstAt: iso(now - 600_000),
        lastAt: iso(now - 2_000),
      },
      {
        reason: "refused",
        reasonText: { zh: "设备拒绝读取", en: "the device refused the read" },
        because: {
          zh: "站号 7 拒绝读取 holding:120：异常码 2（非法数据地址）。请核对说明书中的地址。",
          en: "Unit 7 refused to read holding:120: exception 2 (illegal data address). Check the address in the manual.",
        },
        count: 3,
        firstAt: iso(now - 7_200_000),
        lastAt: iso(now - 7_100_000),
      },
    ],
  });
  return [
    {
      id: serialLine,
      driver: "modbus-rtu",
      where: "/dev/ttyUSB0",
      state: "up",
      since: iso(now - 7_200_000),
      reconnects: 1,
      faults: [],
      frames: 48_211,
      load: 0.62,
      units: [
        unit(3),
        unit(4, { skew: 185_000, notes: [{ zh: "设备只接受一个连接", en: "The device takes one client only" }] }),
        unit(5, { state: "degraded", timeouts: 41, latency: { p50: 180.4, p99: 790 } }),
        silent,
      ],
    },
    {
      id: "modbus-tcp:10.0.4.17:502",
      driver: "modbus-tcp",
      where: "10.0.4.17:502",
      state: "down",
      since: iso(now - 90_000),
      because: {
        zh: "10.0.4.17:502 拒绝连接。请检查设备是否运行、端口是否正确。",
        en: "10.0.4.17:502 refuses the connection. Check whether the device runs and the port is right.",
      },
      reconnects: 4,
      faults: [],
      frames: 12,
      units: [unit(1, { state: "offline", timeouts: 0 })],
    },
    {
      id: "modbus-tcp:10.0.4.18:502",
      driver: "modbus-tcp",
      where: "10.0.4.18:502",
      state: "up",
      since: iso(now - 7_200_000),
      reconnects: 0,
      faults: [],
      frames: 90_000,
      units: [unit(1)],
    },
  ];
}

export function serialFrames(now: number, from = 1, count = 40): readonly FrameBody[] {
  return Array.from({ length: count }, (_, i): FrameBody => {
    const n = from + i;
    const sent = n % 2 === 1;
    return {
      seq: n,
      at: iso(now - 60_000 + n * 111),
      way: sent ? "sent" : "received",
      unit: n % 4 < 2 ? 3 : 5,
      length: sent ? 8 : 25,
      hex: sent
        ? "03 03 00 00 00 0A C4 2F"
        : "03 03 14 00 11 00 FA 00 00 01 2C 00 64 00 00 03 E8 00 00 00 00 00 01 8B 5E",
    };
  });
}
