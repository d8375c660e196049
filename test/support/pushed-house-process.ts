/**
 * A house of its own process on the demo site, on a clock that its parent pushes on: `fork` it with a `Plan` as JSON; it answers
 * each `{ push }` with `{ now }`. It can be killed as a power cut kills, which a house in the test's own process cannot.
 */
import { fileURLToPath } from "node:url";
import { type Instant, milliseconds } from "#model/time";
import { drivers } from "../../drivers/catalog.ts";
import { openHouse } from "../../gateway/house.ts";
import { createLog } from "../../gateway/log.ts";
import { loadSite } from "../../gateway/site/load-site.ts";
import { ADMIN_TOKEN, DEMO_SITE } from "./house-process.ts";
import { createPushedClock } from "./pushed-clock.ts";
import type { HousePlan, Told } from "./pushed-house.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const tell = (told: Told) => process.send?.(told);

const plan = JSON.parse(process.argv[2] ?? "") as HousePlan;
const clock = createPushedClock(plan.now as Instant);
const read = await loadSite({
  folder: DEMO_SITE,
  drivers,
  environment: { GATEHOUSE_MODBUS_PORT: String(plan.ports.modbus), GATEHOUSE_SIM_PORT: String(plan.ports.control) },
  profiles: at("drivers/profiles"),
  library: at("rules/library"),
  policy: at("rules/response/policy.yaml"),
  today: clock.now(),
});
if ("problems" in read) throw new Error("the demo site does not load");
const { broker: _, ...site } = read.site;
const house = await openHouse({
  site: {
    ...site,
    listen: { host: "127.0.0.1", port: plan.ports.console },
    publicUrl: `http://127.0.0.1:${plan.ports.console}`,
    channels: plan.channels,
  },
  drivers,
  data: plan.data,
  clock: () => clock,
  log: createLog("info"),
  version: "pushed",
  console: plan.console,
  demoToken: ADMIN_TOKEN,
});
process.on("message", ({ push }: { push: number }) => {
  if (push > 0) clock.push(milliseconds(push));
  tell({ now: clock.now() });
});
process.once("SIGTERM", () => void house[Symbol.asyncDispose]().then(() => process.exit(0)));
process.once("disconnect", () => process.exit(0));
tell({ url: house.url });
