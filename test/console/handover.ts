/** A handover that waits for its signatures, answered as the gateway would, for the console's tests. */
import type { HandoverBody, HandoverDeskBody } from "../../gateway/api/paper-shapes.ts";
import { HandoverDeskShape, HandoverShape } from "../../gateway/api/paper-shapes.ts";
import { refusal } from "./fake-answers.ts";

const iso = (at: number) => new Date(at).toISOString();

export function aHandover(now: number, more: Partial<HandoverBody> = {}): HandoverBody {
  return {
    id: "JJ20261121-2000-control-room",
    state: "open",
    at: iso(now - 60_000),
    signBy: iso(now + 240_000),
    late: false,
    missed: false,
    team: { id: "control-room", name: { zh: "监控中心", en: "Control room" } },
    leaving: [{ id: "li-na", name: "李娜" }],
    coming: [{ id: "zhou-jie", name: "周杰" }],
    notes: "",
    checks: [
      {
        id: "fire-panel",
        text: { zh: "消防主机显示正常、处于自动", en: "Fire panel shows normal and stands on automatic" },
      },
      { id: "intercom", text: { zh: "电梯五方对讲通话正常", en: "Lift intercom works both ways" } },
    ],
    snapshot: {
      at: iso(now),
      tickets: [
        {
          no: "GD20261121-000042",
          severity: "S1",
          state: "on-site",
          title: { zh: "1#客梯 电梯困人", en: "Lift 1: entrapment" },
          assignee: "张强",
          recovered: false,
          simulated: true,
          clocks: [
            { kind: "acknowledge", dueAt: iso(now - 30_000), late: true },
            { kind: "mitigate", dueAt: iso(now + 3_600_000), late: false },
          ],
          nextAt: iso(now + 600_000),
        },
      ],
      alarms: [
        {
          id: "elevator.entrapment@lift-1",
          device: "lift-1",
          deviceName: { zh: "1#客梯", en: "Lift 1" },
          severity: "S1",
          title: { zh: "电梯困人", en: "Entrapment" },
          state: "active",
          since: iso(now - 900_000),
        },
        {
          id: "water.leak@booster-1",
          device: "booster-1",
          deviceName: { zh: "1#生活泵房", en: "Booster 1" },
          severity: "S3",
          title: { zh: "夜间漏水", en: "Night leak" },
          state: "shelved",
          since: iso(now - 7_200_000),
          until: iso(now + 7_200_000),
          by: "王工",
          reason: "更换阀门，16:00 前完成",
        },
      ],
      silent: [{ id: "door-3", name: { zh: "3#单元门", en: "Door 3" } }],
    },
    ...more,
  };
}

/** Answers of the handover's routes: filled, signed by two, and a wrong password refused. */
export function handoverPages(first: HandoverBody, password: string) {
  let paper = first;
  return (key: string, body: Readonly<Record<string, unknown>>) => {
    const at = iso(Date.now());
    if (key === "GET /api/handovers") {
      const desk: HandoverDeskBody = {
        teams: [
          {
            ...paper.team,
            ...(paper.state === "open" ? { waiting: paper.id } : {}),
            nextAt: iso(Date.now() + 43_200_000),
          },
        ],
        handovers: [paper],
      };
      return { status: 200, body: HandoverDeskShape.parse(desk) };
    }
    if (!key.includes(`/api/handovers/${paper.id}`)) return undefined;
    if (key.endsWith("/sign")) {
      if (body.password !== password) {
        return {
          status: 422,
          body: refusal("wrong-credentials", "签字账号或密码不正确。", "The user name or the password is not right."),
        };
      }
      const signature = { name: String(body.user), at };
      paper =
        body.side === "leaving"
          ? { ...paper, handedBy: signature }
          : { ...paper, state: "closed" as const, takenBy: signature };
    } else if (key.startsWith("POST")) {
      const checks = (body.checks ?? {}) as Record<string, boolean>;
      paper = {
        ...paper,
        ...(body.notes === undefined ? {} : { notes: String(body.notes) }),
        checks: paper.checks.map((check) => ({ ...check, ...(check.id in checks ? { ok: checks[check.id] } : {}) })),
      };
    }
    return { status: 200, body: HandoverShape.parse(paper) };
  };
}
