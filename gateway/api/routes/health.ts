/** Is it alive, is it ready, and its figures. */
import { shownState } from "#model/alarm";
import type { Severity } from "#model/severity";
import type { Standing } from "../../metrics.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { answers } from "../inputs.ts";
import { HealthShape, ReadyShape } from "../people-shapes.ts";

export function healthRoutes(server: Server, house: ApiHouse): void {
  server.get(
    "/healthz",
    { schema: { tags: ["house"], summary: "Alive; says nothing else", response: answers(HealthShape) } },
    async () => ({ status: "ok" as const }),
  );

  server.get(
    "/readyz",
    {
      schema: {
        tags: ["house"],
        summary: "Ready, part by part",
        response: { ...answers(ReadyShape), 503: ReadyShape },
      },
    },
    async (_request, reply) => {
      const stored = house.door.stored();
      const readings = house.devices();
      const online = readings.filter((one) => one.state === "online" || one.state === "degraded").length;
      const trusted = house.clockTrusted();
      return reply.code(stored ? 200 : 503).send({
        ready: stored,
        state: stored ? ("active" as const) : ("away" as const),
        parts: [
          {
            part: "store",
            ok: stored,
            says: stored
              ? { zh: "数据库可写", en: "The database is written" }
              : {
                  zh: "数据库不可写：告警照常显示和通知，待恢复后补写。请检查磁盘。",
                  en: "The database cannot be written: alarms are shown and told, and written later. Check the disk.",
                },
          },
          {
            part: "devices",
            ok: online === readings.length,
            says: {
              zh: `${readings.length} 台设备中 ${online} 台在线`,
              en: `${online} of ${readings.length} devices are online`,
            },
          },
          historyPart(house),
          {
            part: "clock",
            ok: trusted,
            says: trusted
              ? { zh: "时钟可信", en: "The clock is trusted" }
              : { zh: "时钟未校时，请检查校时源", en: "The clock is not synchronised. Check its time source." },
          },
        ],
      });
    },
  );

  server.get("/metrics", { schema: { tags: ["house"], summary: "Figures for Prometheus" } }, async (_request, reply) =>
    reply.type(house.metrics.contentType).send(await house.metrics.render(standing(house))),
  );
}

/** Samples that are not kept are no reason to call the house away: alarms and tickets are. */
function historyPart(house: ApiHouse) {
  const { because } = house.historian.standing();
  return {
    part: "history",
    ok: because === undefined,
    says: because ?? { zh: "历史正在记录", en: "The history is written" },
  };
}

function standing(house: ApiHouse): Standing {
  const alarms = new Map<string, { severity: Severity; state: string; count: number }>();
  for (const alarm of house.door.house.alarms.values()) {
    const state = shownState(alarm);
    if (state === "normal") continue;
    const row = alarms.get(`${alarm.severity} ${state}`) ?? { severity: alarm.severity, state, count: 0 };
    row.count += 1;
    alarms.set(`${alarm.severity} ${state}`, row);
  }
  const tickets: Record<Severity, number> = { S1: 0, S2: 0, S3: 0, S4: 0 };
  let drills = 0;
  for (const ticket of house.door.house.tickets.values()) {
    if (ticket.closedAt !== undefined) continue;
    if (ticket.drill) drills += 1;
    else tickets[ticket.severity] += 1;
  }
  return {
    points: house.table.definitions.length,
    alarms: [...alarms.values()],
    tickets,
    drills,
    outbox: house.door.house.outbox.size,
    links: house.links(),
    history: house.historian.standing().queue,
  };
}
