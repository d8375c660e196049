/** A process that sends one sample north over MQTT and lives on until it is killed. Arguments: folder, url of the broker, `plain` or `sparkplug`. */
import { MqttSettings } from "../../../drivers/mqtt/settings.ts";
import { mqttTarget, startNorth } from "./stand.ts";

const [folder = "", url = "", how = "plain"] = process.argv.slice(2);
const mqtt = mqttTarget(
  MqttSettings.parse({ url, timeout: "2s" }),
  how === "sparkplug" ? { sparkplug: { group: "park", node: "gate" } } : {},
);
const house = await startNorth(folder, { north: { mqtt } });
house.say("lift-1.speed", 1.5);
await house.until("it is sent", () => house.isEmpty());
process.stdout.write("sent\n");
setInterval(() => void house.beat(), 1_000);
