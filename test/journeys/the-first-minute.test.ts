/** A stranger's first minute in a real browser: the printed link, one button of the drill, the ticket counting down. */
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { hasBrowser, launch } from "../console/browser.ts";
import { startHouseProcess } from "../support/house-process.ts";

/** `GATEHOUSE_PICTURES=1` renews the picture of the README; otherwise it goes where nobody looks. */
const picture = process.env.GATEHOUSE_PICTURES
  ? fileURLToPath(new URL("../../docs/watch.png", import.meta.url))
  : join(tmpdir(), "gatehouse-pictures", "watch.png");

const PASSWORD = "Lift-rescue-2026!";

describe.runIf(hasBrowser())("the first minute", () => {
  test("press the button, see the ticket count down, acknowledge, send someone, lose the gateway and get it back", {
    timeout: 300_000,
  }, async () => {
    await using house = await startHouseProcess();
    const link = /http:\S+#first=\S+/.exec(house.output())?.[0] ?? "";
    await house.until("the lifts answer", ({ devices }) => devices.get("lift-1")?.state === "online");
    await using browser = await launch();
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 }, locale: "zh-CN" });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));

    await page.goto(link);
    await page.getByLabel("账号").fill("wang");
    await page.getByLabel("姓名").fill("王工");
    for (const field of await page.locator("input[type=password]").all()) await field.fill(PASSWORD);
    await page.getByRole("button", { name: "创建并进入值守" }).click();
    await page.getByText("无未确认告警").waitFor();

    await page.getByRole("link", { name: "演练" }).click();
    const story = page.locator('[data-scenario="elevator-entrapment"]');
    await story.locator("select").selectOption("lift-1");
    await story.getByRole("button").click();
    await page.locator('[data-playing="elevator-entrapment"]').waitFor();

    await page.getByRole("link", { name: "值守" }).click();
    const alarm = page.locator('[data-alarm="elevator.entrapment_off_landing@lift-1"]');
    await alarm.waitFor({ timeout: 90_000 });
    expect(await alarm.innerText()).toContain("模拟");
    const ticket = await house.until("the ticket", ({ tickets }) =>
      [...tickets.values()].find((one) => one.class === "elevator_entrapment"),
    );
    const card = page.locator(`[data-ticket="${ticket.no}"]`).first();
    expect(await card.innerText()).toContain("电梯困人");
    const digits = card.locator("[data-clock] .digits").last();
    const before = await digits.innerText();
    await expect.poll(() => digits.innerText(), { timeout: 5_000 }).not.toBe(before);
    mkdirSync(dirname(picture), { recursive: true });
    await page.screenshot({ path: picture });

    // An emergency takes one tap on a reason; two more alarms of the same emergency may be waiting.
    await alarm.getByRole("button", { name: "确认" }).click();
    await page.locator('[data-reason="real"]').click();
    await house.until(
      "acknowledged",
      ({ alarms }) => alarms.get("elevator.entrapment_off_landing@lift-1")?.state === "acknowledged",
    );
    expect(house.seen.alarms.get("elevator.entrapment_off_landing@lift-1")?.acknowledgedBy).toBe("王工");

    await page.goto(`${house.url}/tickets/${ticket.no}`);
    const state = (name: string) => house.until(name, ({ tickets }) => tickets.get(ticket.no)?.state === name);
    await page.locator('[data-step="dispatch"]').click();
    await page.locator('input[name="assignee"]').fill("维保张工");
    await page.locator('[data-send="dispatch"]').click();
    await house.until("assigned", ({ tickets }) => tickets.get(ticket.no)?.assignee === "维保张工");
    await page.locator('[data-step="accept"]').click();
    await state("accepted");

    // The cable is pulled: the screen says so within eleven seconds, and the buttons are dead.
    house.process.kill("SIGSTOP");
    await page.getByText("与网关断开").first().waitFor({ timeout: 11_000 });
    house.process.kill("SIGCONT");
    await page.getByText("已恢复").first().waitFor({ timeout: 20_000 });

    expect(complaints).toEqual([]);
  });
});
