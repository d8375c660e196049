/** What the fake gateway answers to commands: enough of the real rules that the console can be wrong about them. */

import type { AlarmBody } from "../../gateway/api/alarm-shapes.ts";
import type { WriteOfferBody, WriteOutcomeBody } from "../../gateway/api/link-shapes.ts";
import type { DeviceBody, ErrorBody, PointBody } from "../../gateway/api/shapes.ts";
import type { TicketBody, TicketDetailBody } from "../../gateway/api/ticket-shapes.ts";

type Body = Readonly<Record<string, unknown>>;

export const refusal = (code: string, zh: string, en: string): ErrorBody => ({ code, message: { zh, en } });

/** A ticket as the stream carries it: without its time line and without who was told. */
export function brief(ticket: TicketDetailBody): TicketBody {
  const { events: _, told: __, policyVersion: ___, ...rest } = ticket;
  return rest;
}

/** The answer, and the alarm when it changed. */
export function acknowledged(
  alarm: AlarmBody | undefined,
  body: Body,
  by: string,
  at: string,
): { readonly status: number; readonly body: unknown; readonly alarm?: AlarmBody } {
  if (!alarm) return { status: 404, body: refusal("no-such-alarm", "没有此告警。", "There is no such alarm.") };
  if (alarm.occurrence !== body.occurrence) {
    const old = refusal(
      "old-occurrence",
      "该告警已再次发生，请看最新状态。",
      "The alarm has come again. Look at it first.",
    );
    return { status: 409, body: { ...old, detail: { occurrence: alarm.occurrence, state: alarm.state, alarm } } };
  }
  if (alarm.severity === "S1" && body.reason === undefined) {
    return { status: 422, body: refusal("reason-needed", "须选择原因。", "A reason is needed.") };
  }
  const done: AlarmBody = { ...alarm, state: "acknowledged", acknowledgedBy: by, acknowledgedAt: at };
  return { status: 200, body: { alarm: done }, alarm: done };
}

/** Steps that can be taken again and again. */
const REPEATED: ReadonlySet<string> = new Set(["note", "sop", "feedback"]);

/** The answer, and the ticket when it changed. */
export function stepped(
  ticket: TicketDetailBody | undefined,
  step: string,
  body: Body,
  by: string,
  at: string,
): { readonly status: number; readonly body: unknown; readonly ticket?: TicketDetailBody } {
  if (!ticket) return { status: 404, body: refusal("no-such-ticket", "没有此工单。", "There is no such ticket.") };
  const occurredAt = body.occurredAt === undefined ? at : new Date(String(body.occurredAt)).toISOString();
  const words = `${by} ${step} ${body.note ?? ""}`.trim();
  const done: TicketDetailBody = {
    ...ticket,
    ...(step === "acknowledge" ? { acknowledgedBy: by } : {}),
    ...(step === "dispatch" || step === "assign"
      ? { assignee: String(body.assignee), state: "dispatched" as const }
      : {}),
    ...(step === "arrive" ? { state: "on-site" as const } : {}),
    ...(step === "close" ? { state: "closed" as const, closedAt: at } : {}),
    can: ticket.can.filter((other) => other !== step || REPEATED.has(step)),
    sop: ticket.sop.map((row) =>
      step === "sop" && row.step === body.sop
        ? { ...row, doneBy: by, at, ...(body.skip === true ? { skipped: String(body.note) } : {}) }
        : row,
    ),
    events: [
      ...ticket.events,
      {
        seq: ticket.events.length + 1,
        at,
        occurredAt,
        event: `ticket-${step}`,
        actor: by,
        line: { zh: words, en: words },
      },
    ],
  };
  return { status: 200, body: brief(done), ticket: done };
}

/** As the simulators' control port answers. */
export const simulator = (
  devices: Iterable<DeviceBody>,
  playing: ReadonlyMap<string, { readonly scenario: string; readonly since: number }>,
) => ({
  devices: [...devices].map(({ id, kind }) => {
    const story = playing.get(id);
    return {
      device: id,
      kind,
      playing: story
        ? {
            play: 1,
            scenario: story.scenario,
            speed: 1,
            seed: 1,
            phase: "running",
            sinceStart: (Date.now() - story.since) / 1_000,
          }
        : null,
    };
  }),
  scenarios: [
    {
      scenario: "elevator-entrapment",
      kind: "elevator",
      title: { zh: "电梯困人(非平层)", en: "Passengers trapped between floors" },
      tells: {
        zh: "轿厢上行途中安全回路断开,停在两层之间,乘客按报警按钮,救援人员到场放人",
        en: "The safety circuit opens while the car travels up; it stops between two floors, passengers press the button, rescuers free them",
      },
      mustFollow: [
        { rule: "elevator.safety_circuit", severity: "S2", ticketClass: "general_fault", within: 2 },
        { rule: "elevator.entrapment_off_landing", severity: "S1", ticketClass: "elevator_entrapment", within: 31 },
      ],
    },
    {
      scenario: "pipe-burst",
      kind: "water",
      title: { zh: "水管爆裂", en: "Pipe burst" },
      mustFollow: [{ rule: "water.burst_drop_with_flow", severity: "S1", ticketClass: "pipe_burst", within: 22 }],
    },
    { scenario: "pump-trip", kind: "water", title: { zh: "主泵跳闸", en: "The duty pump trips" }, mustFollow: [] },
    { title: "a row without a name is not a scenario" },
  ],
});

/** Both steps of a write. `value`: what the point holds afterwards. */
export function written(
  point: PointBody,
  { value, confirm }: Readonly<Record<string, unknown>>,
  outcome: WriteOutcomeBody["outcome"],
  now: number,
): { readonly body: WriteOfferBody | WriteOutcomeBody; readonly value?: number } {
  const told = Number(value);
  if (confirm === undefined) {
    const says = { zh: `将把“${point.name.zh}”改为 ${told}。`, en: `This sets "${point.name.en}" to ${told}.` };
    return { body: { confirm: "0".repeat(32), expiresAt: new Date(now + 60_000).toISOString(), says } };
  }
  const says = { zh: `结果：${outcome}`, en: `It was ${outcome}.` };
  const body = { outcome, point: point.id, value: told, says, at: new Date(now).toISOString() };
  return outcome === "done" ? { body: { ...body, held: told }, value: told } : { body };
}
