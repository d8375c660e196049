/** Alarms: the lists, one of them, and what people say about it. */
import * as z from "zod";
import { type Alarm, isListed, shownState } from "#model/alarm";
import type { Command } from "#model/plan";
import { Refused } from "../../net/refused.ts";
import {
  AboutAlarm,
  Acknowledge,
  AcknowledgeSeen,
  AlarmParams,
  AlarmQuery,
  Comment,
  OutOfService,
  Shelve,
  Unacknowledge,
} from "../alarm-inputs.ts";
import { AlarmShape, SeenShape } from "../alarm-shapes.ts";
import type { ApiHouse, Server } from "../api-house.ts";
import { actorOf } from "../guard.ts";
import { answers, toInstant, toSpan } from "../inputs.ts";
import { sendList } from "../list-reply.ts";
import { AlarmAnswer } from "../people-shapes.ts";
import { alarmBody } from "../project-alarm.ts";

type Wanted = NonNullable<z.infer<typeof AlarmQuery>["state"]>;

const lists: Readonly<Record<Wanted, (alarm: Alarm) => boolean>> = {
  active: (alarm) => ["unacknowledged", "acknowledged"].includes(shownState(alarm)),
  unacknowledged: (alarm) => shownState(alarm).endsWith("unacknowledged"),
  shelved: (alarm) => shownState(alarm) === "shelved",
  suppressed: (alarm) => shownState(alarm) === "suppressed",
  // Also those whose request waits for a second person, who has to find them somewhere.
  "out-of-service": (alarm) => shownState(alarm) === "out-of-service" || alarm.outageRequest !== undefined,
  all: () => true,
};

/** Gravest first, then newest. */
export const byUrgency = (a: Alarm, b: Alarm): number =>
  a.severity === b.severity ? b.activeSince - a.activeSince : a.severity < b.severity ? -1 : 1;

export function alarmRoutes(server: Server, house: ApiHouse): void {
  const { alarms } = house.door.house;

  /** The alarm as it stands after the commit. */
  const answer = (id: string, already: string | undefined) => {
    const alarm = alarms.get(id);
    if (!alarm) throw new Refused(404, "no-such-alarm", `没有告警 ${id}。`, `There is no alarm ${id}.`);
    return { ...alarmBody(alarm, house.devicesById), ...(already === undefined ? {} : { already }) };
  };

  /** A refusal with 409 also brings the present state, so that the screen can show what changed meanwhile. */
  async function withPresentState<T>(id: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const alarm = alarms.get(id);
      if (!(error instanceof Refused) || error.statusCode !== 409 || !alarm) throw error;
      const present = alarmBody(alarm, house.devicesById);
      const { state, occurrence, activeSince } = present;
      const detail = { ...(error.detail as object | undefined), state, occurrence, activeSince, alarm: present };
      throw new Refused(409, error.code, error.text.zh, error.text.en, detail);
    }
  }

  server.get(
    "/api/alarms",
    {
      schema: {
        tags: ["alarms"],
        summary: "Alarms, gravest first",
        querystring: AlarmQuery,
        response: answers(z.array(AlarmShape)),
      },
    },
    async (request, reply) => {
      const wanted = request.query.state === undefined ? isListed : lists[request.query.state];
      const rows = [...alarms.values()].filter(wanted).sort(byUrgency);
      return sendList(reply, rows, (alarm) => alarmBody(alarm, house.devicesById));
    },
  );

  server.get(
    "/api/alarms/:id",
    { schema: { tags: ["alarms"], summary: "One alarm", params: AlarmParams, response: answers(AlarmShape) } },
    async (request) => answer(request.params.id, undefined),
  );

  server.post(
    "/api/alarms/:id/acknowledge",
    {
      schema: {
        tags: ["alarms"],
        summary: "Acknowledge the occurrence that was seen; 409 when it is not the present one",
        params: AlarmParams,
        body: Acknowledge,
        response: answers(AlarmAnswer),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { occurrence, reason, comment, commandId } = request.body;
      return withPresentState(id, async () => {
        const reply = await house.act(commandId, actorOf(request), {
          do: "acknowledge-alarm",
          alarm: id,
          occurrence,
          ...(reason === undefined ? {} : { reason }),
          ...(comment === undefined ? {} : { comment }),
        });
        return answer(id, reply.already);
      });
    },
  );

  server.post(
    "/api/alarms/acknowledge",
    {
      schema: {
        tags: ["alarms"],
        summary: "Acknowledge what was seen: a list of occurrences, each answered for itself",
        body: AcknowledgeSeen,
        response: answers(SeenShape),
      },
    },
    async (request) => {
      const { seen: list, reason, comment, commandId } = request.body;
      const reply = await house.act(commandId, actorOf(request), {
        do: "acknowledge-seen",
        seen: list.map(({ id, occurrence }) => ({ alarm: id, occurrence })),
        ...(reason === undefined ? {} : { reason }),
        ...(comment === undefined ? {} : { comment }),
      });
      return {
        results: (reply.seen ?? []).map(({ alarm: id, occurrence, outcome, by, refusal }) => {
          const alarm = alarms.get(id);
          return {
            id,
            occurrence,
            outcome,
            ...(by === undefined ? {} : { by }),
            ...(refusal ? { ...refusal, message: { ...refusal.message } } : {}),
            ...(alarm ? { alarm: alarmBody(alarm, house.devicesById) } : {}),
          };
        }),
      };
    },
  );

  server.post(
    "/api/alarms/:id/comment",
    {
      schema: {
        tags: ["alarms"],
        summary: "Write a comment",
        params: AlarmParams,
        body: Comment,
        response: answers(AlarmAnswer),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { occurrence, comment, commandId } = request.body;
      return withPresentState(id, async () => {
        const reply = await house.act(commandId, actorOf(request), {
          do: "comment-alarm",
          alarm: id,
          occurrence,
          comment,
        });
        return answer(id, reply.already);
      });
    },
  );

  /** A command about one alarm: its body becomes the wish, the answer is the alarm afterwards. */
  const command = <Body extends z.ZodType<{ readonly commandId: string }>>(
    name: string,
    summary: string,
    body: Body,
    wish: (alarm: string, body: z.output<Body>) => Command,
  ) =>
    server.post(
      `/api/alarms/:id/${name}`,
      { schema: { tags: ["alarms"], summary, params: AlarmParams, body, response: answers(AlarmAnswer) } },
      async (request) => {
        const { id } = request.params;
        const said = request.body as z.output<Body>;
        return withPresentState(id, async () => {
          const reply = await house.act(said.commandId, actorOf(request), wish(id, said));
          return answer(id, reply.already);
        });
      },
    );

  command(
    "shelve",
    "Put on the shelf, or renew the shelf; never an emergency or life safety",
    Shelve,
    (alarm, body) => ({
      do: "shelve",
      alarm,
      kind: body.kind,
      reason: body.reason,
      ...seen(body),
      ...(body.for === undefined ? {} : { for: toSpan(body.for) }),
      ...(body.until === undefined ? {} : { until: toInstant(body.until) }),
    }),
  );
  command("unshelve", "Take off the shelf", AboutAlarm, (alarm, body) => ({ do: "unshelve", alarm, ...seen(body) }));
  command("unacknowledge", "Take an acknowledgement back", Unacknowledge, (alarm, body) => ({
    do: "unacknowledge-alarm",
    alarm,
    reason: body.reason,
    ...seen(body),
  }));
  command("reset", "Let a latched alarm go that has returned and is acknowledged", AboutAlarm, (alarm, body) => ({
    do: "reset-alarm",
    alarm,
    ...seen(body),
  }));
  command(
    "out-of-service",
    "Take out of service until a review; life safety only when another account asks for the same",
    OutOfService,
    (alarm, body) => ({
      do: "out-of-service",
      alarm,
      reason: body.reason,
      reviewAt: toInstant(body.reviewAt),
      ...seen(body),
    }),
  );
  command("in-service", "Put back in service, or withdraw the request", AboutAlarm, (alarm, body) => ({
    do: "in-service",
    alarm,
    ...seen(body),
  }));
}

/** What the person saw and said beside the wish itself. */
const seen = (body: { readonly occurrence?: number | undefined; readonly comment?: string | undefined }) => ({
  ...(body.occurrence === undefined ? {} : { occurrence: body.occurrence }),
  ...(body.comment === undefined ? {} : { comment: body.comment }),
});
