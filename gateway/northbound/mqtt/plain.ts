/** Points as plain topics: `gatehouse/<site>/<device>/<point>`, retained JSON `{v,q,t}`; `gatehouse/<site>/state` says whether the gateway is there. */
import { sampleBodies } from "../sample-body.ts";
import type { SenderHouse } from "../sender.ts";
import type { Speech } from "./sender.ts";

export function createPlain(site: string, house: Pick<SenderHouse, "points">): Speech {
  const state = `gatehouse/${site}/state`;
  const bodyOf = sampleBodies(house.points);
  const say = (payload: string) => ({ topic: state, payload: Buffer.from(payload), qos: 1 as const, retain: true });

  return {
    qos: 1,
    listens: [],
    will: () => ({ topic: state, payload: "offline", retain: true }),
    hello: () => [say("online")],
    goodbye: () => [say("offline")],
    hear: () => [],
    turns: () => [],
    *samples({ samples }) {
      for (let i = 0; i < samples.count; i += 1) {
        const id = samples.point[i] as string;
        const dot = id.indexOf(".");
        yield {
          topic: `gatehouse/${site}/${id.slice(0, dot)}/${id.slice(dot + 1)}`,
          payload: Buffer.from(JSON.stringify(bodyOf(samples, i))),
          qos: 1,
          retain: true,
        };
      }
    },
  };
}
