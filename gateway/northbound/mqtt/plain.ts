/** Points as plain topics: `gatehouse/<site>/<device>/<point>`, retained JSON `{v,q,t}`; `gatehouse/<site>/state` says whether the gateway is there. */
import { BAD, qualities, reasons } from "#model/quality";
import { formatInstant, instant } from "#model/time";
import { qualityOf, reasonOf } from "../../history/block.ts";
import type { SenderHouse } from "../sender.ts";
import type { Speech } from "./sender.ts";

export function createPlain(site: string, house: Pick<SenderHouse, "points">): Speech {
  const state = `gatehouse/${site}/state`;
  const bools = new Set(house.points.filter(({ type }) => type === "bool").map(({ id }) => id));
  const say = (payload: string) => ({ topic: state, payload: Buffer.from(payload), qos: 1 as const, retain: true });

  return {
    qos: 1,
    listens: [],
    will: () => ({ topic: state, payload: "offline", retain: true }),
    hello: () => [say("online")],
    goodbye: () => [say("offline")],
    hear: () => [],
    *samples({ samples: { count, point, at, value, code, text } }) {
      for (let i = 0; i < count; i += 1) {
        const id = point[i] as string;
        const quality = qualityOf(code[i] as number);
        const reason = reasons[reasonOf(code[i] as number)] ?? "none";
        const number = value[i] as number;
        const plain = text.get(i) ?? (Number.isFinite(number) ? (bools.has(id) ? number !== 0 : number) : null);
        const body = {
          v: quality === BAD ? null : plain,
          q: qualities[quality],
          t: formatInstant(instant(at[i] as number)),
          ...(reason === "none" ? {} : { reason }),
        };
        const dot = id.indexOf(".");
        yield {
          topic: `gatehouse/${site}/${id.slice(0, dot)}/${id.slice(dot + 1)}`,
          payload: Buffer.from(JSON.stringify(body)),
          qos: 1,
          retain: true,
        };
      }
    },
  };
}
