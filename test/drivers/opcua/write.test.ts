/** Orders to a real server: what is held afterwards is read back, and every way to fail has its own outcome. */
import { DataType } from "node-opcua";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WriteFailed } from "../../../drivers/driver.ts";
import { opcua } from "../../../drivers/opcua/opcua.ts";
import { variantOf } from "../../../drivers/opcua/write.ts";
import { plant, type RunningLink, startLink } from "./start-link.ts";
import { type RunningServer, startCable, startServer } from "./start-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const never = new AbortController().signal;
const order = async (link: RunningLink, at: string, value: number | string, signal = never) =>
  (await link.write)({ device: "plant", unit: 1, handle: 0, address: opcua.address.parse(at), value }, signal);
const failure = (work: Promise<unknown>): Promise<WriteFailed> =>
  work.then(
    () => Promise.reject(new Error("the order did not fail")),
    (error: WriteFailed) => error,
  );

describe("orders", () => {
  test("a value is written in the server's own type and read back", async () => {
    await using link = startLink({ endpoint: server.endpoint }, [`${plant};s=Count`]);
    expect(await order(link, `${plant};s=Count`, 41)).toBe(41);
    await link.report.until(() => link.report.value(0) === 41);
    expect(await order(link, `${plant};s=Running`, 0)).toBe(0);
    expect(await order(link, `${plant};s=Label`, "B2")).toBe("B2");
    expect(await order(link, `${plant};s=Total`, 2 ** 40)).toBe(2 ** 40);
    expect(await order(link, `${plant};s=Numbers#[2]`, 9.5)).toBe(9.5);
    expect(await order(link, `/Objects/${plant};Plant/Level`, 0.25)).toBe(0.25);
  });

  test("a method is called once, with the value as its argument if it takes one", async () => {
    await using link = startLink({ endpoint: server.endpoint }, [`method:${plant};s=Plant;${plant};s=Reset`]);
    await link.report.until(() => link.report.value(0) === 1);
    await server.order({ count: true });
    expect(await order(link, `method:${plant};s=Plant;${plant};s=Reset`, 3)).toBe(3);
    expect(await order(link, `method:${plant};s=Plant;${plant};s=Stop`, 1)).toBe(1);
    expect((await server.order({ count: true })).calls).toEqual([3, "stop"]);
  });

  test("what the server refuses is refused, with its word and what to do", async () => {
    await using link = startLink({ endpoint: server.endpoint }, [`${plant};s=Count`]);
    const refusals: readonly (readonly [string, number | string, RegExp])[] = [
      [`${plant};s=ReadOnly`, 2, /BadNotWritable|BadUserAccessDenied/],
      [`${plant};s=Nothing`, 2, /no such node|BadNodeIdUnknown|does not fit/],
      ["nsu=urn:nobody;s=Count", 2, /no namespace/],
      [`${plant};s=Count`, 1.5, /does not fit/],
      [`${plant};s=Running`, 2, /does not fit/],
      [`${plant};s=Label`, 5, /does not fit/],
      [`method:${plant};s=Plant;${plant};s=Reset`, 99, /BadInvalidArgument/],
    ];
    for (const [at, value, word] of refusals) {
      const { outcome, because } = await failure(order(link, at, value));
      expect([at, outcome]).toEqual([at, "refused"]);
      expect(because.en).toMatch(word);
      expect(because.zh).toMatch(/\p{Script=Han}/u);
    }
  });

  test("an order that is called off before it went out never goes out", async () => {
    await using link = startLink({ endpoint: server.endpoint }, [`${plant};s=Count`]);
    await server.order({ count: true });
    const { outcome } = await failure(order(link, `method:${plant};s=Plant;${plant};s=Stop`, 1, AbortSignal.abort()));
    expect(outcome).toBe("unreachable");
    expect((await server.order({ count: true })).calls).toEqual([]);
  });

  test("a call that is out and not answered is neither done nor failed: nobody knows", async () => {
    await using link = startLink({ endpoint: server.endpoint, timeout: "2s" }, [`${plant};s=Count`]);
    const { outcome, because } = await failure(order(link, `method:${plant};s=Plant;${plant};s=Hang`, 1));
    expect(outcome).toBe("unknown");
    expect(because.en).toContain("nobody knows");
  });

  test("an order before which the line went dead never went out", async () => {
    await using cable = await startCable(server.port);
    await using link = startLink({ endpoint: `opc.tcp://127.0.0.1:${cable.port}`, timeout: "2s" }, [
      `${plant};s=Count`,
    ]);
    const write = await link.write;
    await link.report.until(() => link.report.value(0) !== undefined);
    cable.cut();
    const address = opcua.address.parse(`${plant};s=Count`);
    const { outcome } = await failure(write({ device: "plant", unit: 1, handle: 0, address, value: 1 }, never));
    expect(outcome).toBe("unreachable");
  });

  test("a number that does not fit the type of the server is not bent until it does", () => {
    expect(variantOf(DataType.Byte, 256, false)).toBeUndefined();
    expect(variantOf(DataType.Int16, -32_769, false)).toBeUndefined();
    expect(variantOf(DataType.UInt32, 1.5, false)).toBeUndefined();
    expect(variantOf(DataType.Double, Number.NaN, false)).toBeUndefined();
    expect(variantOf(DataType.UInt64, -1, false)).toBeUndefined();
    expect(variantOf(DataType.DateTime, 1, false)).toBeUndefined();
    expect(variantOf(DataType.String, 5, false)).toBeUndefined();
    expect(variantOf(DataType.Int32, "5", false)).toBeUndefined();
    expect(variantOf(DataType.Byte, 255, false)?.value).toBe(255);
  });

  test("a single field of a structure may not be made writable", () => {
    expect(opcua.writable?.(opcua.address.parse(`${plant};s=Span#.low`))).not.toBe(true);
    expect(opcua.writable?.(opcua.address.parse(`${plant};s=Numbers#[2]`))).toBe(true);
  });
});
