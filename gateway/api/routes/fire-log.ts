/** 消防控制室值班记录: the entries of the fire control room's log, and making the one that is due. */
import * as z from "zod";
import type { FireLog } from "#model/fire-log";
import type { Paper } from "#model/paper";
import type { Instant } from "#model/time";
import { fireSystemSeen } from "../../../rules/response/fire-log.ts";
import { handoverId } from "../../../rules/response/handover.ts";
import { fireRoomTeams, inFireRoom } from "../../../rules/response/in-fire-room.ts";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { FillFireLog, FireLogParams } from "../desk-inputs.ts";
import { actorOf } from "../guard.ts";
import { answers, ListQuery } from "../inputs.ts";
import { FireLogShape, FireRoomShape } from "../paper-shapes.ts";
import { fireLogBody, fireRoomGap, personOf } from "../project-papers.ts";

export function fireLogRoutes(server: Server, house: ApiHouse): void {
  const { papers } = house.door.house;
  const { site } = house;
  const find = async (id: string): Promise<FireLog> => {
    const paper = papers.get(id) ?? (await house.store.paper(id));
    if (paper?.kind === "fire-log") return paper;
    throw new Refused(404, "no-such-log", `没有值班记录 ${id}。`, `There is no log entry ${id}.`);
  };
  /** The handovers of the same minute: as the house holds them, and for one entry of long ago as the store does. */
  const besideIds = ({ at, handover }: FireLog): readonly string[] =>
    handover === undefined
      ? []
      : fireRoomTeams(site.people, site.policy.fireLog?.roles ?? []).map((team) => handoverId(team, at, site.zone));
  const row = (paper: FireLog, now: Instant, beside: readonly (Paper | undefined)[], live?: FireLog["seen"]) =>
    fireLogBody(paper, { site, devices: house.devicesById, beside }, now, live);
  const body = async (paper: FireLog) => {
    const now = house.clock.now();
    const beside = await Promise.all(
      besideIds(paper).map(async (id) => papers.get(id) ?? (await house.store.paper(id))),
    );
    return row(paper, now, beside, fireSystemSeen(house.door.house, site, now));
  };

  server.get(
    "/api/fire-log",
    {
      schema: {
        tags: ["fire-log"],
        summary: "The log of the fire control room, newest first",
        querystring: ListQuery,
        response: answers(z.array(FireLogShape)),
      },
    },
    async (request) => {
      const { limit } = request.query;
      const now = house.clock.now();
      const stored = await house.store.papers("fire-log", limit);
      // What the house holds is never behind the store.
      const all = new Map([...stored, ...papers.values()].map((paper) => [paper.id, paper]));
      return [...all.values()]
        .flatMap((paper) => (paper.kind === "fire-log" ? [paper] : []))
        .sort((a, b) => b.at - a.at)
        .slice(0, limit)
        .map((paper) =>
          row(
            paper,
            now,
            besideIds(paper).map((id) => papers.get(id)),
          ),
        );
    },
  );

  server.get(
    "/api/fire-room",
    {
      schema: {
        tags: ["fire-log"],
        summary: "Who is in the fire control room by the rota, and when it was not manned as the policy asks",
        querystring: ListQuery,
        response: answers(FireRoomShape),
      },
    },
    async (request) => {
      const { limit } = request.query;
      const { roles = [], atLeast, longestShift } = site.policy.fireLog ?? {};
      const stored = await house.store.papers("fire-room", limit);
      const all = new Map([...stored, ...papers.values()].map((paper) => [paper.id, paper]));
      return {
        onDuty: inFireRoom(site, roles, house.clock.now()).map((id) => personOf(site, id)),
        ...(atLeast === undefined ? {} : { atLeast }),
        ...(longestShift === undefined ? {} : { longestShift }),
        gaps: [...all.values()]
          .flatMap((paper) => (paper.kind === "fire-room" ? [paper] : []))
          .sort((a, b) => b.at - a.at)
          .slice(0, limit)
          .map((gap) => fireRoomGap(gap, site)),
      };
    },
  );

  server.get(
    "/api/fire-log/:id",
    {
      schema: {
        tags: ["fire-log"],
        summary: "One entry, with what the house knows of the fire system",
        params: FireLogParams,
        response: answers(FireLogShape),
      },
    },
    async (request) => body(await find(request.params.id)),
  );

  server.post(
    "/api/fire-log/:id",
    {
      schema: {
        tags: ["fire-log"],
        summary: "Make the entry: once, by whoever is signed in",
        params: FireLogParams,
        body: FillFireLog,
        response: answers(FireLogShape),
      },
    },
    async (request) => {
      const { commandId, ...entry } = request.body;
      const { id } = request.params;
      await house.act(commandId, actorOf(request), { do: "fill-fire-log", log: id, ...entry });
      return body(await find(id));
    },
  );
}
