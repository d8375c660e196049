/** The change of shift: the papers, filling one in, and two signatures, each with a password of its own. */
import type { Actor } from "#model/account";
import type { Handover } from "#model/paper";
import { formatInstant } from "#model/time";
import { handoverTeams } from "../../../rules/response/handover.ts";
import { shiftChanges } from "../../../rules/response/shift-change.ts";
import { shiftSnapshot } from "../../../rules/response/shift-snapshot.ts";
import { Refused } from "../../net/refused.ts";
import { mayUse } from "../../people/permissions.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { FillHandover, HandoverParams, OpenHandover, SignHandover } from "../desk-inputs.ts";
import { actorOf } from "../guard.ts";
import { answers, created, ListQuery } from "../inputs.ts";
import { HandoverDeskShape, HandoverShape } from "../paper-shapes.ts";
import { handoverBody } from "../project-papers.ts";
import type { PasswordDesk } from "../prove-password.ts";
import { roleInChinese } from "../role-names.ts";

const SIGN = "/api/handovers/:id/sign";

export function handoverRoutes(server: Server, house: ApiHouse, desk: PasswordDesk): void {
  const { papers } = house.door.house;
  const find = async (id: string): Promise<Handover> => {
    const paper = papers.get(id) ?? (await house.store.paper(id));
    if (paper?.kind === "handover") return paper;
    throw new Refused(404, "no-such-handover", `没有交接班 ${id}。`, `There is no handover ${id}.`);
  };
  const body = (paper: Handover) => {
    const now = house.clock.now();
    return handoverBody(paper, house.site, house.devicesById, now, shiftSnapshot(house.door.house, now));
  };

  server.get(
    "/api/handovers",
    {
      schema: {
        tags: ["handovers"],
        summary: "Teams that hand over in writing, and the latest handovers",
        querystring: ListQuery,
        response: answers(HandoverDeskShape),
      },
    },
    async (request) => {
      const now = house.clock.now();
      const { people, zone } = house.site;
      // What the house holds is never behind the store.
      const stored = await house.store.papers("handover", request.query.limit);
      const all = new Map<string, Handover>();
      for (const paper of stored) if (paper.kind === "handover") all.set(paper.id, paper);
      for (const paper of papers.values()) if (paper.kind === "handover") all.set(paper.id, paper);
      const newest = [...all.values()].sort((a, b) => b.at - a.at).slice(0, request.query.limit);
      return {
        teams: handoverTeams(house.site).map((id) => {
          const waiting = newest.find((paper) => paper.team === id && paper.state === "open");
          const { next } = shiftChanges(people, id, now, zone);
          const team = people.teams.find((one) => one.id === id);
          return {
            id,
            name: { ...(team?.name ?? { zh: id, en: id }) },
            ...(waiting ? { waiting: waiting.id } : {}),
            ...(next ? { nextAt: formatInstant(next.at) } : {}),
          };
        }),
        handovers: newest.map((paper) => handoverBody(paper, house.site, house.devicesById, now)),
      };
    },
  );

  server.get(
    "/api/handovers/:id",
    {
      schema: {
        tags: ["handovers"],
        summary: "One handover",
        params: HandoverParams,
        response: answers(HandoverShape),
      },
    },
    async (request) => body(await find(request.params.id)),
  );

  server.post(
    "/api/handovers",
    {
      schema: {
        tags: ["handovers"],
        summary: "Open the handover of a team within the hour before its shift changes",
        body: OpenHandover,
        response: created(HandoverShape),
      },
    },
    async (request, reply) => {
      const { commandId, team } = request.body;
      const done = await house.act(commandId, actorOf(request), { do: "open-handover", team });
      return reply.code(201).send(body(await find(done.paper ?? "")));
    },
  );

  server.post(
    "/api/handovers/:id",
    {
      schema: {
        tags: ["handovers"],
        summary: "Write its notes and equipment checks",
        params: HandoverParams,
        body: FillHandover,
        response: answers(HandoverShape),
      },
    },
    async (request) => {
      const { commandId, notes, checks } = request.body;
      const { id } = request.params;
      await house.act(commandId, actorOf(request), {
        do: "fill-handover",
        handover: id,
        ...(notes === undefined ? {} : { notes }),
        ...(checks === undefined ? {} : { checks }),
      });
      return body(await find(id));
    },
  );

  server.post(
    SIGN,
    {
      config: { rateLimit: { max: house.limits.signIns.count, timeWindow: house.limits.signIns.within } },
      schema: {
        tags: ["handovers"],
        summary: "Sign it as the one who leaves or the one who comes, with one's own password",
        params: HandoverParams,
        body: SignHandover,
        response: answers(HandoverShape),
      },
    },
    async (request, reply) => {
      const { commandId, side, user, password } = request.body;
      const { id } = request.params;
      const account = await prove(() => desk.prove(reply, user, password));
      if (mayUse("POST", SIGN, account.role, house.site.simulated) !== "yes") {
        throw new Refused(
          403,
          "not-your-role",
          `${account.name} 的角色（${roleInChinese(account.role)}）不能交接班。`,
          `The role of ${account.name} (${account.role}) may not hand a shift over.`,
        );
      }
      const actor: Actor = { kind: "person", id: account.id, name: account.name, role: account.role };
      await house.act(commandId, actor, { do: "sign-handover", handover: id, side });
      return body(await find(id));
    },
  );
}

/** A wrong password under a paper must not look like the end of the session: the screen stays where it is. */
async function prove<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Refused && error.statusCode === 401) {
      throw new Refused(
        422,
        "wrong-credentials",
        "签字账号或密码不正确。",
        "The user name or the password is not right.",
      );
    }
    throw error;
  }
}
