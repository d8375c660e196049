/** The ways out for messages: how each of them works now, and the button that tries one. Contacts and addresses are not here. */
import * as z from "zod";
import { formatInstant } from "#model/time";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf } from "../guard.ts";
import { answers, ChannelParams, TryChannel } from "../inputs.ts";
import { ChannelShape, TriedShape } from "../people-shapes.ts";

export function channelRoutes(server: Server, house: ApiHouse): void {
  server.get(
    "/api/channels",
    { schema: { tags: ["people"], summary: "Channels and how they work", response: answers(z.array(ChannelShape)) } },
    async () =>
      house.channels().map(({ id, kind, health, since, because }) => ({
        id,
        kind,
        health,
        ...(since === undefined ? {} : { since: formatInstant(since) }),
        ...(because === undefined ? {} : { because }),
      })),
  );

  server.post(
    "/api/channels/:id/test",
    {
      schema: {
        tags: ["people"],
        summary: "Sends one test message by this channel, and says how it went",
        params: ChannelParams,
        body: TryChannel,
        response: answers(TriedShape),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { to } = request.body;
      const actor = actorOf(request);
      const delivery = await house.tryChannel(id, to);
      if (!delivery) {
        throw new Refused(
          404,
          "no-such-channel",
          `没有通道 ${id}，或没有人员 ${to}。`,
          `There is no channel ${id}, or no person ${to}.`,
        );
      }
      const { outcome } = delivery;
      const because = "because" in delivery ? { because: delivery.because } : {};
      const at = house.clock.now();
      const data = { channel: id, to, outcome, ...because };
      const entry = { occurredAt: at, at, about: "site", event: "channel-tested", actor: actor.id, data };
      await house.record({ journal: [entry] });
      return { outcome, ...because };
    },
  );
}
