/** Messages by a broker that nobody here wrote, and by sockets that are no broker. */
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { mqttChannel } from "../../../gateway/notify/channels/mqtt/channel.ts";
import { mosquittoFound, startMosquitto } from "../../drivers/mqtt/mosquitto.ts";
import { aMessage, aTicket, noon } from "../../support/stored-things.ts";

const message = aMessage("GD-1/1/s1-opened/0/zhang/pager", {
  ticket: "GD-1",
  severity: "S1",
  to: "zhang",
  text: { zh: "GD-1 电梯困人（A座）：请立即确认", en: "GD-1 entrapment" },
});
const PASSWORD = "a broker password";
const send = (url: string, more: object = {}, person: object = {}, signal = AbortSignal.timeout(10_000)) =>
  mqttChannel.send(
    message,
    mqttChannel.settings.parse({ url, ...more }),
    {
      site: { id: "park", name: { zh: "园区", en: "Park" } },
      ticket: aTicket("GD-1"),
      person: { id: "zhang", name: "张强", phone: "00010000005", ...person },
      now: noon,
      beside: [],
    },
    signal,
  );

describe.skipIf(!mosquittoFound)("with a broker", () => {
  test("the message stands on the person's topic once, not retained, without a phone number: the broker has it, nobody read it", async () => {
    await using broker = await startMosquitto();
    const heard: { topic: string; payload: string; qos: number; retain: boolean }[] = [];
    const client = await broker.client();
    client.on("message", (topic, payload, { qos, retain }) =>
      heard.push({ topic, payload: payload.toString(), qos, retain }),
    );
    await client.subscribeAsync("gatehouse/#", { qos: 1 });
    expect(await send(broker.url)).toEqual({ outcome: "accepted" });
    await expect.poll(() => heard.length).toBe(1);
    expect(heard[0]).toMatchObject({ topic: "gatehouse/park/message/zhang", qos: 1, retain: false });
    const body = JSON.parse(heard[0]?.payload ?? "");
    expect(body).toMatchObject({
      type: "ticket.message",
      data: { key: message.key, ticket: "GD-1", severity: "S1", to: { id: "zhang" }, text: message.text },
    });
    expect(heard[0]?.payload).not.toContain("00010000005");
    expect(await send(broker.url, { topic: "pager/{severity}/{person}", version: "3.1.1" }, { id: "a/b+#" })).toEqual({
      outcome: "accepted",
    });
    await client.subscribeAsync("pager/#", { qos: 1 });
    await send(broker.url, { topic: "pager/{severity}/{person}" }, { id: "a/b+#" });
    await expect.poll(() => heard.length).toBe(2);
    expect(heard[1]?.topic).toBe("pager/S1/a_b__");
  });

  test("a wrong password is final and stands in no sentence; a right one opens", async () => {
    const config = ["allow_anonymous false", "password_file {folder}/users"];
    // mosquitto 2 takes a plain line only hashed; nobody can sign in here, which is what is asked.
    await using broker = await startMosquitto({ config, files: { users: "" } });
    const told = await send(broker.url, { user: "gate", password: PASSWORD });
    expect(told).toMatchObject({ outcome: "refused" });
    expect(JSON.stringify(told)).not.toContain(PASSWORD);
  });

  test("a broker that dies is tried again, and there again takes the message", async () => {
    const broker = await startMosquitto();
    expect(await send(broker.url)).toEqual({ outcome: "accepted" });
    await broker.kill();
    expect(await send(broker.url)).toMatchObject({ outcome: "try-later" });
    await broker[Symbol.asyncDispose]();
    await using again = await startMosquitto({ port: broker.port });
    expect(await send(again.url)).toEqual({ outcome: "accepted" });
  });
});

describe("without one", () => {
  const serve = async (answer: (socket: import("node:net").Socket) => void) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.resume();
      answer(socket);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return Object.assign(server, { url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}` });
  };

  test.each<[string, (socket: import("node:net").Socket) => void]>([
    ["closes at once", (socket) => socket.destroy()],
    ["speaks HTTP", (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["sends megabytes", (socket) => void socket.write(Buffer.alloc(1_000_000, 0x30))],
  ])("whatever %s is tried later, in words", async (_, answer) => {
    await using server = await serve(answer);
    expect(await send(server.url)).toMatchObject({
      outcome: "try-later",
      because: expect.stringMatching(/[\u4e00-\u9fff].*[a-z]/),
    });
  });

  test("whoever never answers is left when the office says so", async () => {
    await using server = await serve(() => {});
    expect(await send(server.url, {}, {}, AbortSignal.timeout(200))).toMatchObject({ outcome: "try-later" });
  });

  test.each([
    { url: "http://broker" },
    { url: "mqtt://user:pass@broker:1883" },
    { url: "mqtt://broker/topic" },
    { url: "mqtt://broker", topic: "a/#" },
    { url: "mqtt://broker", topic: "a/{secret}" },
    { url: "mqtt://broker", topic: "" },
    { url: "mqtt://broker", qos: 2 },
  ])("settings that cannot be meant are refused: %j", (settings) => {
    expect(mqttChannel.settings.safeParse(settings).success).toBe(false);
  });
});
