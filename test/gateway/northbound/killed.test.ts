/** A gateway that dies without a word: the broker says so in its place. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { mosquittoFound, startMosquitto } from "../../drivers/mqtt/mosquitto.ts";
import { decoded, protocFound } from "../../drivers/mqtt/protoc.ts";
import { createDataFolder } from "../../support/data-folder.ts";

const PROGRAM = fileURLToPath(new URL("say-mqtt.ts", import.meta.url));

/** What is heard on `topic` of a gateway that is killed with SIGKILL once it has said something. */
async function heardOfKilled(
  how: "plain" | "sparkplug",
  topic: string,
  isLast: (topic: string, payload: Buffer) => boolean,
) {
  using folder = createDataFolder();
  await using mosquitto = await startMosquitto();
  const client = await mosquitto.client();
  const heard: { topic: string; payload: Buffer }[] = [];
  const last = new Promise<void>((resolve) => {
    client.on("message", (at, payload) => {
      heard.push({ topic: at, payload });
      if (isLast(at, payload)) resolve();
    });
  });
  await client.subscribeAsync(topic, { qos: 1 });
  const child = spawn(process.execPath, [PROGRAM, folder.path, mosquitto.url, how], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  expect(heard.some((one) => isLast(one.topic, one.payload))).toBe(false);
  child.kill("SIGKILL");
  expect(await ended).toEqual([null, "SIGKILL"]);
  await last;
  return heard;
}

describe.skipIf(!mosquittoFound)("after SIGKILL", () => {
  test("plain MQTT: the last will says offline, retained", async () => {
    const heard = await heardOfKilled("plain", "gatehouse/test/state", (_, payload) => String(payload) === "offline");
    expect(heard.map(({ payload }) => String(payload))).toEqual(["online", "offline"]);
  }, 60_000);

  test.skipIf(!protocFound)(
    "Sparkplug B: the will is NDEATH with the bdSeq of its birth",
    async () => {
      const heard = await heardOfKilled("sparkplug", "spBv1.0/park/+/gate", (topic) => topic.includes("/NDEATH/"));
      const bdSeq = (payload: Buffer) => /name: "bdSeq"[^}]*long_value: (\d+)/.exec(decoded(payload))?.[1];
      const [birth, ...rest] = heard;
      expect(birth?.topic).toBe("spBv1.0/park/NBIRTH/gate");
      expect(rest.at(-1)?.topic).toBe("spBv1.0/park/NDEATH/gate");
      expect(bdSeq(rest.at(-1)?.payload as Buffer)).toBe(bdSeq(birth?.payload as Buffer));
    },
    60_000,
  );
});
