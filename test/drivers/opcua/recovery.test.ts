/** Cut cables, killed, hung and restarted servers, dropped subscriptions, strangers on the port: no silence, no lie. */
import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seconds } from "#model/time";
import { createManualClock } from "../../support/manual-clock.ts";
import { plant, startLink } from "./start-link.ts";
import { freePort, type RunningServer, startCable, startServer } from "./start-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ minSampling: 2_000, maxSubscriptions: 2 });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("an OPC UA link in trouble", () => {
  test("a hung server is missed at the first keep-alive that is due, and everything is read again when it comes back", async () => {
    const clock = createManualClock();
    await using link = startLink({ endpoint: server.endpoint }, [`${plant};s=Count`], { clock });
    await link.report.until(() => link.report.value(0) === 7 && link.notes.length > 0);
    server.freeze();
    const before = link.report.of("samples").length;
    try {
      await clock.advance(seconds(12));
      expect(link.report.of("missed").at(-1)).toMatchObject({ device: "plant", reason: "timeout" });
    } finally {
      server.thaw();
    }
    await link.report.until(() => link.report.of("samples").length > before);
    expect(link.report.of("samples").at(-1)?.values).toEqual(new Map([[0, 7]]));
  });

  test("a cut cable breaks the link with a sentence, though no packet tells of it", async () => {
    const clock = createManualClock();
    await using cable = await startCable(server.port);
    await using link = startLink({ endpoint: `opc.tcp://127.0.0.1:${cable.port}` }, [`${plant};s=Count`], { clock });
    await link.report.until(() => link.report.value(0) === 7 && link.notes.length > 0);
    cable.cut();
    await clock.advance(seconds(60));
    const { reason, because } = await link.broken;
    expect(reason).toBe("timeout");
    expect(because.zh).toContain("保活");
  });

  test("a subscription that the server dropped without a word breaks the link, so that it is made again", async () => {
    await using link = startLink({ endpoint: server.endpoint }, [`${plant};s=Count`]);
    await link.report.until(() => link.report.value(0) === 7);
    await server.order({ dropSubscriptions: true });
    expect((await link.broken).because.en).toMatch(/BadNoSubscription|ended the subscription/);
  });

  test("a server without a subscription to spare is read instead, and the engineer is told", async () => {
    await using first = startLink({ endpoint: server.endpoint }, [`${plant};s=Count`]);
    await using second = startLink({ endpoint: server.endpoint }, [`${plant};s=Count`]);
    await Promise.all([first, second].map((link) => link.report.until(() => link.report.of("confirmed").length > 0)));
    await using third = startLink({ endpoint: server.endpoint }, [`${plant};s=Count`]);
    await third.report.until(() => third.report.of("samples").length >= 2);
    expect(third.notes.at(-1)?.notes?.some(({ zh }) => zh.includes("轮询"))).toBe(true);
  });

  test("an interval slower than asked is told as it was granted", async () => {
    await using link = startLink({ endpoint: server.endpoint }, [{ at: `${plant};s=Level`, every: 100 }]);
    await link.report.until(() => link.report.of("confirmed").length > 0);
    const notes = link.notes.flatMap(({ notes: more }) => more ?? []);
    expect(notes.some(({ en }) => /samples 1 points every 2000 ms instead of the 100 ms/.test(en))).toBe(true);
  });

  test("a hung server that is read breaks the link at the first read without an answer", async () => {
    const settings = { endpoint: server.endpoint, mode: "poll", timeout: "2s" };
    await using link = startLink(settings, [`${plant};s=Count`]);
    await link.report.until(() => link.report.value(0) === 7);
    server.freeze();
    try {
      const { because } = await link.broken;
      expect(because.zh).toMatch(/\p{Script=Han}/u);
    } finally {
      server.thaw();
    }
  });

  test("fifteen connections one after the other leave no more sessions at the server and no socket here", {
    timeout: 90_000,
  }, async () => {
    // Whoever vanished while the server hung is kept there until its session runs out.
    const { sessions } = await server.order({ count: true });
    const sockets = () => process.getActiveResourcesInfo().filter((one) => one.startsWith("TCP")).length;
    const before = sockets();
    for (let i = 0; i < 15; i += 1) {
      await using link = startLink({ endpoint: server.endpoint }, [`${plant};s=Count`]);
      await link.report.until(() => link.report.value(0) === 7);
    }
    await expect.poll(sockets).toBeLessThanOrEqual(before);
    await expect
      .poll(async () => (await server.order({ count: true })).sessions, { timeout: 10_000 })
      .toBeLessThanOrEqual(sessions);
  });

  test("something that speaks no OPC UA is named as that", async () => {
    const stranger = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", () => socket.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"));
    }).listen(0, "127.0.0.1");
    await once(stranger, "listening");
    const { port } = stranger.address() as { port: number };
    await using link = startLink({ endpoint: `opc.tcp://127.0.0.1:${port}`, timeout: "2s" }, [`${plant};s=Count`]);
    const { because } = await link.broken;
    expect(because.en).toContain("does not answer in OPC UA");
    expect(because.zh).toMatch(/\p{Script=Han}/u);
    stranger.close();
  });

  test("after a restart with other namespaces before its own, the same addresses name the same nodes", {
    timeout: 90_000,
  }, async () => {
    const port = await freePort();
    const settings = { endpoint: `opc.tcp://127.0.0.1:${port}` };
    const points = [`${plant};s=Count`, `/Objects/${plant};Plant/Level`];
    {
      await using first = await startServer({ port, before: ["urn:other:a"] });
      await using link = startLink(settings, points);
      await link.report.until(() => link.report.value(1) === 1.5);
      await first.kill();
      expect((await link.broken).reason).toBe("no-link");
    }
    await using _second = await startServer({ port, before: ["urn:other:b", "urn:other:c", "urn:other:a"] });
    await using link = startLink(settings, points);
    await link.report.until(() => link.report.value(1) === 1.5);
    expect(link.report.value(0)).toBe(7);
    expect(link.report.of("fault")).toEqual([]);
  });
});
