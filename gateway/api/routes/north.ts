/** The targets in the north as they stand: what waits, why, and what was dropped. */
import * as z from "zod";
import { formatInstant, instant } from "#model/time";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers } from "../inputs.ts";
import { type NorthBody, NorthShape } from "../north-shapes.ts";

export function northRoutes(server: Server, house: ApiHouse): void {
  server.get(
    "/api/north",
    {
      schema: {
        tags: ["house"],
        summary: "Targets in the north: what waits for them and why, and what was dropped since the start",
        response: answers(z.array(NorthShape)),
      },
    },
    async () =>
      house.north().map(({ target, standing, onTheWay, dropped, lately, refused, damaged }): NorthBody => {
        const because = standing?.because;
        return {
          target,
          ok: standing !== undefined && because === undefined,
          ...(because ? { because: { ...because } } : {}),
          waiting: { alarms: standing?.urgent ?? 0, samples: (standing?.samples ?? 0) + onTheWay },
          bytes: standing?.bytes ?? 0,
          fill: standing?.fill ?? 0,
          ...(standing?.oldest === undefined ? {} : { oldest: formatInstant(instant(Math.round(standing.oldest))) }),
          sent: standing?.sent ?? 0,
          dropped: dropped.map(({ what, count, from, to }) => ({
            what,
            count,
            from: formatInstant(instant(Math.round(from))),
            to: formatInstant(instant(Math.round(to))),
          })),
          droppedWithinAnHour: lately,
          refusedWithinAnHour: refused,
          damagedWithinADay: damaged,
        };
      }),
  );
}
