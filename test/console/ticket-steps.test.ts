import { describe, expect, test } from "vitest";
import { formOf, isOneTap, offered, primaryStep, stepsToShow } from "../../gateway/console/src/watch/ticket-steps.ts";
import { ticketSteps } from "../../gateway/model/plan.ts";
import { entrapmentTicket } from "./tickets.ts";

const NOW = Date.UTC(2026, 10, 21, 8);
const ticket = (more: Parameters<typeof entrapmentTicket>[1]) => entrapmentTicket(NOW, more);

describe("the steps of a ticket", () => {
  test("the next one stands out: what was done already steps back, but stays possible", () => {
    const can = ["dispatch", "accept", "arrive", "mitigate", "repair", "note"];
    expect(primaryStep(ticket({ state: "new", can }))).toBe("dispatch");
    expect(primaryStep(ticket({ state: "dispatched", assignee: "李敏", can }))).toBe("accept");
    expect(primaryStep(ticket({ state: "on-site", can: ["arrive", "mitigate", "repair"] }))).toBe("mitigate");
    // Somebody was asked a moment ago: do not send a second one yet. When nobody took it, do.
    const offer = (state: "open" | "expired") => {
      const { assignee: _, ...free } = ticket({ state: "dispatched", can });
      const at = new Date(NOW).toISOString();
      return { ...free, offers: [{ to: "维保", person: "w", state, at, until: at, round: 1 }] };
    };
    expect(primaryStep(offer("open"))).toBe("accept");
    expect(offered(offer("open"))).toEqual({ asked: ["维保"], inVain: false });
    expect(primaryStep(offer("expired"))).toBe("dispatch");
    expect(offered(offer("expired"))).toEqual({ asked: [], inVain: true });
    expect(primaryStep(ticket({ state: "on-site", can: ["arrive", "note"] }))).toBe("arrive");
    expect(primaryStep(ticket({ state: "closed", can: [] }))).toBeUndefined();
  });

  test("who may not judge is not offered to call it a false alarm; the checklist has no button of its own", () => {
    const can = ["accept", "note", "sop", "false-alarm", "merge", "a-step-of-tomorrow"];
    expect(stepsToShow(ticket({ can }), false, false)).toEqual({
      main: ["accept"],
      beside: ["note", "a-step-of-tomorrow"],
    });
    expect(stepsToShow(ticket({ can }), true, false).beside).toContain("false-alarm");
  });

  test("the daily sample is offered to a supervisor alone, what was found to whoever works on tickets", () => {
    const can = ["sample", "correct"];
    expect(stepsToShow(ticket({ can }), true, true).beside).toEqual(["sample", "correct"]);
    expect(stepsToShow(ticket({ can }), true, false).beside).toEqual(["correct"]);
    expect(formOf("sample")).toEqual({ verdict: true, note: "offered" });
    expect(formOf("correct")).toEqual({ note: "needed" });
  });

  test("every step has a form or needs none; an unknown one takes a note", () => {
    for (const step of ticketSteps) expect(Object.keys(formOf(step)).length === 0).toBe(isOneTap(step));
    expect(formOf("a-step-of-tomorrow")).toEqual({ note: "offered" });
    expect(isOneTap("acknowledge")).toBe(true);
  });
});
