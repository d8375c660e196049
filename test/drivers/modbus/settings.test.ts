/** Settings of a `modbus-tcp` link as a site file writes them. */
import { expect, test } from "vitest";
import * as z from "zod";
import { endpoint, ModbusTcpSettings } from "../../../drivers/modbus/settings.ts";

test("a host is enough; everything else has a default", () => {
  expect(ModbusTcpSettings.parse({ host: "10.0.4.17" })).toEqual({
    host: "10.0.4.17",
    port: 502,
    portOffset: 0,
    maxInFlight: 1,
    timeout: 1_000,
    maxGap: 10,
  });
});

test("digits in quotes are numbers, since variables in a site file become text", () => {
  const settings = ModbusTcpSettings.parse({ host: "10.0.4.17", port: "15020", portOffset: "3", timeout: "PT2S" });
  expect(settings).toMatchObject({ port: 15_020, portOffset: 3, timeout: 2_000 });
  expect(endpoint(settings)).toBe("10.0.4.17:15023");
  expect(endpoint({ ...settings, host: "fe80::1" })).toBe("[fe80::1]:15023");
});

test("all problems are told at once, in both languages", () => {
  const issues = ModbusTcpSettings.safeParse({ host: "a", port: "x", timeout: "soon", maxGap: -1 }).error?.issues ?? [];
  expect(issues.map(({ path }) => path.join("."))).toEqual(["port", "timeout", "maxGap"]);
  for (const issue of issues)
    expect(issue).toMatchObject({
      params: { text: { zh: expect.stringMatching(/\p{Script=Han}/u), en: issue.message } },
    });
});

test("an editor gets a JSON Schema of them", () => {
  const schema = z.toJSONSchema(ModbusTcpSettings, { io: "input" });
  expect(schema).toMatchObject({ required: ["host"], additionalProperties: false });
});
