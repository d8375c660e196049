/** A lift firm on its phone: the page behind a one-ticket link, in front of the real routes and the real rules. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Ticket } from "#model/ticket";
import { later, minutes } from "#model/time";
import { START, type Stand, startStand, testSite, ticket } from "../gateway/api/stand.ts";
import { people } from "../support/building.ts";
import { letDecide } from "../support/deciding-door.ts";

export const NO = "GD20261121-000001";
export const FIRM = "示范电梯维保公司";
const site = testSite({
  people: { ...people, people: [...people.people, { id: "firm", name: FIRM, contractor: true }] },
});

export interface LiftVisit extends AsyncDisposable {
  readonly stand: Stand;
  readonly page: Page;
  /** What the browser complained about. */
  readonly complaints: string[];
  ticket(): Ticket;
  /** Asks the desk for a link and opens it. */
  open(): Promise<void>;
  press(step: string): Promise<void>;
  state(name: string): Promise<void>;
}

/** An entrapment that is offered to the firm; the page is not opened yet. */
export async function startLiftVisit(
  browser: Browser,
  dist: string,
  options: BrowserContextOptions = {},
): Promise<LiftVisit> {
  const stand = await startStand({ site, console: dist });
  letDecide(stand.door, site, () => stand.clock.now());
  const offer = { person: "firm", round: 1, state: "open" as const, at: START, until: later(START, minutes(2)) };
  stand.door.house.tickets.set(
    NO,
    ticket(NO, {
      offers: [offer],
      place: { building: "3 栋", floor: "12 层", room: "1 号梯" },
      title: { zh: "1 号梯困人：停在层间，应急按钮已按下", en: "Lift 1: entrapment between floors" },
      sop: [
        {
          step: "talk",
          text: { zh: "接通五方对讲：轿内几人、几楼、有无老人儿童病人", en: "Speak by intercom" },
          mandatory: true,
        },
        { step: "cause", text: { zh: "回填故障原因代码", en: "Enter the cause" }, mandatory: false },
      ],
    }),
  );
  const context = await browser.newContext({
    viewport: { width: 360, height: 740 },
    locale: "zh-CN",
    hasTouch: true,
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (line) => {
    // The first question, before the link is opened, is answered with 401 by design.
    if (line.type() === "error" && !line.text().includes("401")) complaints.push(line.text());
  });
  return {
    stand,
    page,
    complaints,
    ticket: () => stand.door.house.tickets.get(NO) as Ticket,
    async open() {
      const made = await stand.ask("POST", `/api/tickets/${NO}/links`, { as: "operator", body: { person: "firm" } });
      await page.goto(`${stand.url}${made.body.path}`);
      await page.locator(".foot .first:enabled").click();
      await page.locator('[data-visit="offered"]').waitFor();
    },
    press: (step) => page.locator(`[data-step="${step}"]`).click(),
    state: (name) => page.locator(`[data-state="${name}"]`).waitFor(),
    async [Symbol.asyncDispose]() {
      await context.close();
      await stand[Symbol.asyncDispose]();
    },
  };
}
