/** What the gateway says of itself, figure by figure. */
import { expect, test } from "vitest";
import { instant, milliseconds } from "#model/time";
import { type SelfState, selfReadings } from "../../../gateway/self/readings.ts";
import { selfDevice } from "../../../gateway/self/self-device.ts";

const at = (now: number, mono: number) => ({ now: instant(now), mono: milliseconds(mono) });
const DAY = 86_400_000;
const NOW = 1_800_000_000_000;

const well: SelfState = {
  at: at(NOW, 61_000),
  before: at(NOW - 1_000, 60_000),
  disk: { free: 25e9, size: 100e9 },
  outbox: [],
  clockTrusted: true,
  stored: true,
  history: { queue: 12, ok: true, damaged: 0 },
  north: [],
  screens: 2,
  links: [{ state: "up" }, { state: "starting" }],
  channels: [{ health: "works" }, { health: "unused" }],
  certificateEnds: undefined,
};

test("a house that is well", () => {
  expect(selfReadings(well)).toEqual({
    disk_free: 25,
    outbox_depth: 0,
    outbox_age: 0,
    clock_trusted: 1,
    clock_step: 0,
    store_ok: 1,
    history_queue: 12,
    history_ok: 1,
    history_damaged: 0,
    screens: 2,
    links: 2,
    links_down: 0,
    channels_failing: 0,
    channels_away: 0,
  });
});

test("the outbox tells its oldest message, also across a clock that was set back", () => {
  const tried = (ago: number) => ({ createdAt: instant(NOW - ago), nextTryAt: instant(NOW + 2_000), attempts: 1 });
  const outbox = [tried(5_000), tried(400_000), tried(0)];
  expect(selfReadings({ ...well, outbox })).toMatchObject({ outbox_depth: 3, outbox_age: 400 });
  expect(selfReadings({ ...well, outbox: [tried(-9_000)] })).toMatchObject({ outbox_age: 0 });
});

test("a text that joins in later does not wait before its time; a channel that fails is counted", () => {
  const text = (ago: number) => ({ createdAt: instant(NOW - 900_000), nextTryAt: instant(NOW - ago), attempts: 0 });
  expect(selfReadings({ ...well, outbox: [text(-1_000)] })).toMatchObject({ outbox_depth: 0, outbox_age: 0 });
  expect(selfReadings({ ...well, outbox: [text(3_000)] })).toMatchObject({ outbox_depth: 1, outbox_age: 3 });
  const { points } = selfDevice("gateway", 0, false, false, ["robot", "sms", "mail"]);
  const words = points.find(({ key }) => key === "channels_away")?.values ?? {};
  const told = (...health: string[]) => {
    const readings = selfReadings({ ...well, channels: health.map((one) => ({ health: one })) });
    return [readings.channels_failing, words[readings.channels_away as number]?.zh];
  };
  expect(told("works", "unused", "works")).toEqual([0, "无"]);
  expect(told("works", "fails", "works")).toEqual([1, "sms"]);
  expect(told("works", "works", "fails")).toEqual([1, "mail"]);
  expect(told("fails", "fails", "works")).toEqual([2, "多个"]);
});

test("a step of the wall clock is what the monotonic clock did not see; the first beat knows none", () => {
  expect(selfReadings({ ...well, at: at(NOW + 3_600_000, 61_000) }).clock_step).toBe(3_600);
  expect(selfReadings({ ...well, at: at(NOW - 61_000, 61_000) }).clock_step).toBe(-61);
  expect(selfReadings({ ...well, before: undefined }).clock_step).toBe(0);
});

test("links that are down are counted, those that start are not", () => {
  const links = [{ state: "down" }, { state: "up" }, { state: "down" }, { state: "starting" }];
  expect(selfReadings({ ...well, links })).toMatchObject({ links: 4, links_down: 2 });
});

test("the worst of all targets in the north is told, and which ones they are", () => {
  const fine = { dropped: 0, refused: 0, damaged: 0, fill: 0, ok: true };
  const north = [
    { ...fine, target: "influx", ok: false, oldest: NOW - 700_000, fill: 0.02 },
    { ...fine, target: "mqtt", dropped: 3, refused: 2, damaged: 1 },
    { ...fine, target: "webhook", dropped: 4, fill: 0.6, oldest: NOW + 5_000 },
  ];
  const readings = selfReadings({ ...well, north });
  expect(readings).toMatchObject({ north_age: 700, north_fill: 60, north_dropped: 7, north_refused: 2 });
  expect(readings).toMatchObject({ north_damaged: 1, north_down: 1 });
  const words = selfDevice("gateway", 0, false, true).points.find(({ key }) => key === "north_away")?.values ?? {};
  const named = (key: string) => words[readings[key] as number]?.zh;
  expect(["north_away", "north_waiting", "north_dropping", "north_refusing"].map(named)).toEqual([
    "InfluxDB",
    "InfluxDB、webhook",
    "MQTT、webhook",
    "MQTT",
  ]);
  const quiet = selfReadings({ ...well, north: [{ ...fine, target: "mqtt" }] });
  expect(words[quiet.north_away as number]?.en).toBe("none");
});

test("what is not known is no number: a disk that does not tell, an empty one, a certificate that cannot be read", () => {
  expect(selfReadings({ ...well, disk: undefined }).disk_free).toBeNaN();
  expect(selfReadings({ ...well, disk: { free: 0, size: 0 } }).disk_free).toBeNaN();
  expect(selfReadings({ ...well, certificateEnds: Number.NaN }).cert_days).toBeNaN();
  expect(selfReadings({ ...well, certificateEnds: NOW + 10 * DAY }).cert_days).toBe(10);
  expect(selfReadings({ ...well, certificateEnds: NOW - DAY }).cert_days).toBe(-1);
});
