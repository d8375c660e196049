/**
 * Puts each message on a topic of a broker (MQTT 5 or 3.1.1, QoS 1, not retained): for a pager bridge, a siren, a home-made panel.
 * The broker's acknowledgement says that the broker has it, and nothing of any person. A connection per message: there are few.
 */
import { randomBytes } from "node:crypto";
import { channelSettings, type SettingsOf } from "#model/channel-settings";
import { inOneLine } from "#model/in-one-line";
import type { Delivery } from "#model/message";
import { LinkBroken } from "../../../../drivers/driver.ts";
import { type Connection, openConnection } from "../../../../drivers/mqtt/connection.ts";
import { MqttSettings } from "../../../../drivers/mqtt/settings.ts";
import type { Channel } from "../../channel.ts";
import { bodyOf } from "../../message-body.ts";

export const mqttChannel: Channel<SettingsOf<"mqtt">> = {
  kind: "mqtt",
  settings: channelSettings.mqtt,
  async send(message, { topic, ...broker }, context, signal) {
    const words = {
      site: context.site.id,
      person: context.person.id,
      ticket: message.ticket,
      severity: message.severity,
    };
    const where = topic.replaceAll(/\{(site|person|ticket|severity)\}/g, (_, word: keyof typeof words) =>
      level(words[word]),
    );
    let connection: Connection | undefined;
    try {
      const settings = MqttSettings.parse({ ...broker, timeout: "8s" });
      const client = `gatehouse-${randomBytes(6).toString("hex")}`;
      connection = await openConnection({ ...settings, session: "new" }, client, () => {}, signal);
      connection.lost.catch(() => {});
      await connection.publish(where, Buffer.from(bodyOf(message, context)), 1);
      return { outcome: "accepted" };
    } catch (error) {
      if (!(error instanceof LinkBroken)) throw error;
      return outcomeOf(error);
    } finally {
      await connection?.close();
    }
  },
};

/** One level of a topic, whatever an id holds. */
const level = (word: string): string => word.replaceAll(/[/+#\p{Cc}]/gu, "_").slice(0, 64) || "_";

const outcomeOf = ({ reason, because }: LinkBroken): Delivery => ({
  outcome: reason === "refused" ? "refused" : "try-later",
  because: inOneLine(because),
});
