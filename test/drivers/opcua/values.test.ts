/** What an OPC UA server says, as numbers, texts, qualities and reasons. The server is another process. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plant, startLink } from "./start-link.ts";
import { type RunningServer, startServer } from "./start-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ many: 5_000 });
});
afterAll(() => server[Symbol.asyncDispose]());
const endpoint = () => ({ endpoint: server.endpoint });

describe("values", () => {
  test("numbers, booleans, elements, fields, codes and words arrive as raw numbers", async () => {
    await using link = startLink(endpoint(), [
      `${plant};s=Count`,
      `${plant};s=Running`,
      `${plant};s=Total`,
      `${plant};s=Numbers#[3]`,
      `${plant};s=Span#.low`,
      `${plant};s=Mode`,
      { at: `${plant};s=Mode`, words: { Off: 10, Auto: 20 } },
      { at: `${plant};s=Word`, words: { open: 1, closed: 0 } },
      `/Objects/${plant};Plant/Count`,
    ]);
    await link.report.until(() => [...Array(9).keys()].every((handle) => link.report.value(handle) !== undefined));
    expect([...Array(9).keys()].map((handle) => link.report.value(handle))).toEqual([
      7, 1, 4_294_967_301, 4, -5, 1, 20, 1, 7,
    ]);
    expect(link.told(0)?.sourceAt).toBeGreaterThan(1.7e12);
    expect(link.told(0)?.uncertain).toBe(false);
  });

  test("a text point gets its text, and the name of a code where the server tells one", async () => {
    await using link = startLink(endpoint(), [
      { at: `${plant};s=Label`, type: "text" },
      { at: `${plant};s=Mode`, type: "text" },
    ]);
    await link.report.until(() => link.report.of("text").length >= 2);
    expect(new Map(link.report.of("text").map(({ handle, value }) => [handle, value]))).toEqual(
      new Map([
        [0, "B1"],
        [1, "Auto"],
      ]),
    );
  });

  test("what has no value says why: no node, no namespace, no path, no element, a structure, a strange word", async () => {
    await using link = startLink(endpoint(), [
      `${plant};s=Nothing`,
      "nsu=urn:nobody;s=Level",
      `/Objects/${plant};Plant/Nothing`,
      `${plant};s=Numbers#[9]`,
      `${plant};s=Span`,
      { at: `${plant};s=Word`, words: { shut: 0 } },
      `${plant};s=Numbers`,
      `${plant};s=Span#.middle`,
    ]);
    await link.report.until(() => new Set(link.report.of("fault").flatMap(({ handles }) => handles)).size === 8);
    const reasons = new Map(
      link.report.of("fault").flatMap(({ handles, reason }) => handles.map((one) => [one, reason])),
    );
    expect([...Array(8).keys()].map((handle) => reasons.get(handle))).toEqual([
      "refused",
      "refused",
      "refused",
      "decode",
      "decode",
      "unknown-code",
      "decode",
      "decode",
    ]);
    for (const { because } of link.report.of("fault")) {
      expect(because.zh).toMatch(/\p{Script=Han}/u);
      expect(because.en).not.toMatch(/\p{Script=Han}/u);
    }
    expect(link.report.of("samples")).toEqual([]);
  });

  test("a bad status takes the value away with its reason, an uncertain one is told, a good one brings it back", async () => {
    await using link = startLink(endpoint(), [`${plant};s=Level`, `${plant};s=Count`]);
    await link.report.until(() => link.report.value(0) !== undefined);
    await server.order({ set: "Level", value: 2, status: "BadSensorFailure" });
    await link.report.until(() => link.report.of("fault").length > 0);
    expect(link.report.of("fault")[0]).toMatchObject({ handles: [0], reason: "not-available" });
    expect(link.report.of("fault")[0]?.because.zh).toContain("传感器");
    await server.order({ set: "Level", value: 3, status: "UncertainLastUsableValue" });
    await link.report.until(() => link.report.value(0) === 3);
    expect(link.told(0)?.uncertain).toBe(true);
    await server.order({ set: "Level", value: 1.5 });
    await link.report.until(() => link.report.value(0) === 1.5);
    expect(link.told(0)?.uncertain).toBe(false);
  });

  test("a device that the server itself has lost is missed, again and again, and not confirmed", async () => {
    await using link = startLink(endpoint(), [`${plant};s=Level`]);
    await link.report.until(() => link.report.value(0) !== undefined);
    await server.order({ set: "Level", value: 2, status: "BadNoCommunication" });
    await link.report.until(() => link.report.of("missed").length >= 2);
    expect(link.report.of("missed")[0]).toMatchObject({ reason: "no-link" });
    const since = link.report.said.findIndex(({ kind }) => kind === "missed");
    expect(link.report.said.slice(since).some(({ kind }) => kind === "confirmed")).toBe(false);
    await server.order({ set: "Level", value: 1.5 });
    await link.report.until(() => link.report.value(0) === 1.5);
  });

  test("every value between two messages is reported on its own, so that no pulse is lost", async () => {
    await using link = startLink({ ...endpoint(), publishing: "2s", sampling: "50ms" }, [`${plant};s=Running`]);
    await link.report.until(() => link.report.value(0) === 1);
    const before = link.report.of("samples").length;
    await server.order({ play: "Running", values: [false, true], apart: 200 });
    const later = () =>
      link.report
        .of("samples")
        .slice(before)
        .map(({ values }) => values.get(0));
    await link.report.until(() => later().length >= 2);
    expect(later()).toEqual([0, 1]);
  });

  test("a change inside the deadband stays at the server", async () => {
    await using link = startLink(endpoint(), [{ at: `${plant};s=Count`, deadband: 5 }]);
    await link.report.until(() => link.report.value(0) === 7);
    await server.order({ play: "Count", values: [9, 11, 30, 7], apart: 200 });
    await link.report.until(() => link.report.value(0) === 7 && link.report.of("samples").length > 1);
    const seen = link.report.of("samples").map(({ values }) => values.get(0));
    expect(seen).not.toContain(9);
    expect(seen).not.toContain(11);
    expect(seen).toContain(30);
  });

  test("5,000 points come at once, a single change comes alone, and all are confirmed together", async () => {
    await using link = startLink(
      { ...endpoint(), sampling: "500ms" },
      Array.from({ length: 5_000 }, (_, i) => `${plant};s=Many${i}`),
    );
    await link.report.until(() => link.report.value(4_999) !== undefined);
    await link.report.until(() => link.report.of("confirmed").at(-1)?.handles.length === 5_000);
    const values = new Map(link.report.of("samples").flatMap((batch) => [...batch.values]));
    expect(values.size).toBe(5_000);
    expect([...values].every(([handle, value]) => handle === value)).toBe(true);
    const before = link.report.of("samples").length;
    await server.order({ set: "Many1234", value: -1 });
    await link.report.until(() => link.report.value(1_234) === -1);
    expect(
      link.report
        .of("samples")
        .slice(before)
        .flatMap(({ values: batch }) => [...batch]),
    ).toEqual([[1_234, -1]]);
  });

  test("reading again and again brings the same values as a subscription", async () => {
    await using link = startLink({ ...endpoint(), mode: "poll" }, [
      `${plant};s=Label`,
      `${plant};s=Level`,
      `${plant};s=Nothing`,
    ]);
    await link.report.until(() => link.report.value(1) === 1.5);
    await server.order({ set: "Level", value: 8 });
    await link.report.until(() => link.report.value(1) === 8);
    await server.order({ set: "Level", value: 1.5 });
    expect(link.report.of("fault").some(({ handles }) => handles.includes(2))).toBe(true);
    expect(link.report.of("confirmed")).toEqual([]);
  });
});
