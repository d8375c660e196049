import { describe, expect, test } from "vitest";
import { judge } from "../../../gateway/northbound/influx/sender.ts";
import type { Waiting } from "../../../gateway/northbound/queue.ts";

const waiting: Waiting = { kind: "urgent", ids: [1, 2], rows: [] };
const of = (status: number, body: string) =>
  judge({ status, body }, waiting, { where: "influx:8086", database: "park" });

describe("nothing is thrown away for an answer that is not InfluxDB's word on the data", () => {
  test.each([
    [301, ""],
    [400, "<html>The plain HTTP request was sent to HTTPS port</html>"],
    [400, '{"error":"database is required"}'],
    [401, '{"code":"unauthorized","message":"unauthorized access"}'],
    [403, "Forbidden"],
    [404, '{"code":"not found","message":"no dbrp mapping found"}'],
    [404, "404 page not found"],
    [429, ""],
    [500, '{"error":"timeout"}'],
    [502, "Bad Gateway"],
    [503, ""],
    [507, ""],
    [0, "\u0000\u0001"],
  ])("%d %s", (status, body) => {
    const sent = of(status, body);
    expect(sent.outcome).toBe("try-later");
    if (sent.outcome === "try-later") expect(sent.because.en).toContain("influx:8086");
  });
});

test("what it says of the data is believed, with its count", () => {
  expect(of(204, "")).toEqual({ outcome: "taken" });
  expect(of(400, '{"error":"partial write: points beyond retention policy dropped=7"}')).toMatchObject({
    outcome: "taken",
    refused: { count: 7 },
  });
  expect(of(400, '{"error":"partial write: field type conflict: input field \\"value\\" dropped=2"}')).toMatchObject({
    outcome: "taken",
    refused: { count: 2 },
  });
  expect(of(413, "<html>nginx</html>").outcome).toBe("too-large");
  expect(of(500, '{"error":"engine: error writing WAL entry: write /x: no space left on device"}')).toMatchObject({
    outcome: "try-later",
    because: { zh: expect.stringContaining("磁盘已满") },
  });
});
