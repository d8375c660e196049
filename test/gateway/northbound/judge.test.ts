import { describe, expect, test } from "vitest";
import { judge } from "../../../gateway/northbound/influx/sender.ts";
import type { Waiting } from "../../../gateway/northbound/waiting.ts";

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
    // InfluxDB 3 at its limits (influxdb3_server, http.rs): nothing is wrong with the data.
    [
      422,
      '{"error":"partial write of line protocol occurred","data":[{"original_line":"point","line_number":1,"error_message":"Adding a new database would exceed limit of 5 databases"}]}',
    ],
    [422, '{"error":"Update to schema would exceed number of columns per table limit of 500 columns","data":null}'],
    // The same: a token without the right in 2.x, a database that is not there in 3.x.
    [403, '{"code":"forbidden","message":"insufficient permissions for write"}'],
    [404, "db not found: park"],
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
  // 2.x (legacy/write_handler.go) and 3.x (docs.influxdata.com, core "v3 write_lp", partial writes).
  expect(
    of(
      422,
      '{"code":"unprocessable entity","message":"failure writing points to database: partial write: points beyond retention policy dropped=7"}',
    ),
  ).toMatchObject({ outcome: "taken", refused: { count: 7 } });
  const line = (at: number) =>
    `{"original_line":"point","line_number":${at},"error_message":"invalid column type for column 'value', expected float"}`;
  expect(
    of(400, `{"error":"partial write of line protocol occurred","data":[${line(1)},${line(2)},${line(9)}]}`),
  ).toMatchObject({ outcome: "taken", refused: { count: 3, because: { en: expect.stringContaining("column type") } } });
  expect(of(413, "<html>nginx</html>").outcome).toBe("too-large");
  expect(of(500, '{"error":"engine: error writing WAL entry: write /x: no space left on device"}')).toMatchObject({
    outcome: "try-later",
    because: { zh: expect.stringContaining("磁盘已满") },
  });
});
