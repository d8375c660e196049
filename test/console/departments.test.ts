/** Whose work a ticket is: the team lead who reviews a complaint names who answers for it and who helps, and the page says so. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ShiftBody } from "../../gateway/api/people-shapes.ts";
import { builtConsole, hasBrowser, launch, look } from "./browser.ts";
import { entrapmentTicket } from "./tickets.ts";

const NO = "GD20261121-000042";
const team = (id: string, zh: string, en: string): ShiftBody => ({
  team: id,
  name: { zh, en },
  roles: [{ id, name: { zh, en } }],
  onDuty: [],
});
const shifts = [
  team("property-manager", "物业经理", "Property manager"),
  team("security-lead", "保安领班", "Security lead"),
  team("technician-on-duty", "值班技工", "Technician on duty"),
];

describe.runIf(hasBrowser())("the review of a complaint", () => {
  let browser: Browser;
  let dist: string;
  beforeAll(async () => {
    [browser, dist] = await Promise.all([launch(), builtConsole()]);
  });
  afterAll(async () => browser.close());

  test("names who answers and who helps; whoever answers is not among those who help", async () => {
    await using seen = await look(browser, dist, {
      path: `/tickets/${NO}`,
      language: "zh",
      fill: (gateway, now) => {
        const { lead: _, help: _none, ...plain } = entrapmentTicket(now);
        gateway.putTickets({ ...plain, class: "complaint", can: ["review", "note"], source: "phone", affected: 36 });
      },
      pages: (key) => (key === "GET /api/shifts" ? { status: 200, body: shifts } : undefined),
    });
    const { page, gateway } = seen;
    expect(await page.locator("[data-source] dd").innerText()).toBe("业主来电");
    expect(await page.locator("[data-affected] dd").innerText()).toBe("36 户");
    await page.locator('[data-step="review"]').click();
    await page.locator("[data-departments] summary").click();
    // Ticked first, and then chosen to answer for it.
    await page.locator('input[name="help"][value="property-manager"]').check();
    await page.locator('select[name="lead"]').selectOption({ label: "物业经理" });
    await page.locator('input[name="help"][value="property-manager"]').waitFor({ state: "detached" });
    await page.locator('input[name="help"][value="security-lead"]').check();
    await page.locator('[data-send="review"]').click();
    await expect
      .poll(() => gateway.received.at(-1)?.body)
      .toMatchObject({
        lead: "property-manager",
        help: ["security-lead"],
      });
    expect(seen.complaints).toEqual([]);
  });

  test("without departments sends none, and a question says that its answer goes in writing", async () => {
    await using seen = await look(browser, dist, {
      path: `/tickets/${NO}`,
      language: "en",
      fill: (gateway, now) =>
        gateway.putTickets({
          ...entrapmentTicket(now),
          class: "consult",
          can: ["review", "repair"],
          writtenAnswer: true,
        }),
      pages: (key) => (key === "GET /api/shifts" ? { status: 200, body: shifts } : undefined),
    });
    const { page, gateway } = seen;
    await page.locator('[data-step="review"]').click();
    await page.locator("[data-departments]").waitFor();
    await page.locator('[data-send="review"]').click();
    await expect.poll(() => gateway.received.length).toBe(1);
    expect(gateway.received[0]?.body).not.toHaveProperty("lead");
    expect(gateway.received[0]?.body).not.toHaveProperty("help");
    await page.locator('[data-step="repair"]').click();
    await page.locator('[data-form="repair"]').getByText("The answer in writing").waitFor();
  });
});
