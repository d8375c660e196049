/** The API as one thing: opens the listener with everything behind it, and closes it again. */
import cookie from "@fastify/cookie";
import rateLimit from "@fastify/rate-limit";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { defaultLimits } from "../net/limits.ts";
import { createFrontDoor } from "../net/listen.ts";
import { Refused } from "../net/refused.ts";
import { createFirstRun } from "../people/first-run.ts";
import { createPasswordHasher } from "../people/password-hash.ts";
import { createAlarmReports } from "../reports/alarm-report.ts";
import { type ApiInput, furnish, type Server } from "./api-house.ts";
import { guard } from "./guard.ts";
import { createHub } from "./live/hub.ts";
import { createPasswordDesk } from "./prove-password.ts";
import { accidentRoutes } from "./routes/accidents.ts";
import { alarmRoutes } from "./routes/alarms.ts";
import { backtestRoutes } from "./routes/backtest.ts";
import { channelAnswerRoutes } from "./routes/channel-answers.ts";
import { channelRoutes } from "./routes/channels.ts";
import { consoleRoutes } from "./routes/console-files.ts";
import { contactRoutes } from "./routes/contacts.ts";
import { docs, openApiRoute } from "./routes/docs.ts";
import { drillReportRoutes } from "./routes/drill-reports.ts";
import { exportRoutes } from "./routes/exports.ts";
import { fileRoutes } from "./routes/files.ts";
import { fireLogRoutes } from "./routes/fire-log.ts";
import { handoverRoutes } from "./routes/handovers.ts";
import { healthRoutes } from "./routes/health.ts";
import { historyRoutes } from "./routes/history.ts";
import { journalRoutes } from "./routes/journal.ts";
import { linkRoutes } from "./routes/links.ts";
import { liveRoutes } from "./routes/live.ts";
import { northRoutes } from "./routes/north.ts";
import { noticeRoutes } from "./routes/notices.ts";
import { reportRoutes } from "./routes/reports.ts";
import { responseReportRoutes } from "./routes/response-report.ts";
import { ruleRoutes } from "./routes/rules.ts";
import { sampleRoutes } from "./routes/samples.ts";
import { sessionRoutes } from "./routes/session.ts";
import { shiftRoutes } from "./routes/shifts.ts";
import { simulatorRoutes } from "./routes/simulator.ts";
import { siteRoutes } from "./routes/site.ts";
import { studyRoutes } from "./routes/studies.ts";
import { ticketRoutes } from "./routes/tickets.ts";
import { tokenRoutes, userRoutes } from "./routes/users.ts";
import { visitRoutes } from "./routes/visit.ts";
import { writeRoutes } from "./routes/writes.ts";
import { writtenReportRoutes } from "./routes/written-reports.ts";
import { validatorCompiler } from "./validate.ts";

export interface Api extends AsyncDisposable {
  /** Where people open it, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  /** For the first admin; only while there is no account. Print it where the gateway was started, never log it. */
  readonly firstRunLink?: string;
  /** Consoles and other onlookers that follow the live stream now. */
  screens(): number;
  /** Every route of the router, for the test that tries each of them. */
  readonly routes: readonly { readonly method: string; readonly url: string }[];
}

/** Starts to listen. Rejects with `CannotListen` when the port is taken; its `text` is for people. */
export async function startApi(input: ApiInput): Promise<Api> {
  const limits = { ...defaultLimits, ...input.limits };
  const house = furnish(input, limits);
  const front = createFrontDoor(input.listen, limits, (error, route) => {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    input.log.error({ route, message, stack }, "a request failed inside the gateway");
  });
  const server: Server = front.server.withTypeProvider<ZodTypeProvider>();
  server.setValidatorCompiler(validatorCompiler);
  // Bodies are built by typed projections; checking each again would cost more than making it.
  server.setSerializerCompiler(() => JSON.stringify);

  const routes: { method: string; url: string }[] = [];
  server.addHook("onRoute", ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url });
  });

  await server.register(cookie);
  guard(server, house);
  await server.register(rateLimit, {
    global: true,
    max: limits.requests.count,
    timeWindow: limits.requests.within,
    keyGenerator: (request) => request.identity?.key ?? (request.visit ? `visit:${request.visit.id}` : request.ip),
    // A page load asks for many files at once; they are public and cheap.
    allowList: (request) => request.routeOptions.url === "/*",
    addHeadersOnExceeding: { "x-ratelimit-limit": false, "x-ratelimit-remaining": false, "x-ratelimit-reset": false },
    errorResponseBuilder: (_request, { ttl }) =>
      new Refused(
        429,
        "too-many-requests",
        "请求过于频繁，请稍后重试。",
        "Too many requests. Wait a moment and try again.",
        { retryAfter: Math.ceil(ttl / 1_000) },
      ),
  });
  await docs(server, house);

  const hub = createHub(house);
  server.addHook("preClose", async () => hub.close());
  const hasher = createPasswordHasher();
  const firstRun = createFirstRun(input.clock, () => input.door.house.accounts.size > 0);
  healthRoutes(server, house);
  const desk = createPasswordDesk(house, hasher);
  sessionRoutes(server, house, { hasher, desk, firstRun });
  siteRoutes(server, house);
  linkRoutes(server, house);
  northRoutes(server, house);
  writeRoutes(server, house);
  historyRoutes(server, house);
  alarmRoutes(server, house);
  ticketRoutes(server, house);
  contactRoutes(server, house);
  shiftRoutes(server, house);
  visitRoutes(server, house);
  await fileRoutes(server, house);
  handoverRoutes(server, house, desk);
  noticeRoutes(server, house);
  accidentRoutes(server, house);
  fireLogRoutes(server, house);
  sampleRoutes(server, house);
  channelRoutes(server, house);
  await channelAnswerRoutes(server, house);
  journalRoutes(server, house);
  const reports = createAlarmReports(house.store, house.clock);
  reportRoutes(server, house, reports);
  responseReportRoutes(server, house);
  writtenReportRoutes(server, house);
  drillReportRoutes(server, house);
  exportRoutes(server, house, reports);
  ruleRoutes(server, house);
  backtestRoutes(server, house);
  studyRoutes(server, house);
  userRoutes(server, house, hasher);
  tokenRoutes(server, house);
  simulatorRoutes(server, house);
  liveRoutes(server, house, hub);
  openApiRoute(server);
  await consoleRoutes(server, house);

  const url = await front.open().catch((error: unknown) => {
    hub.close();
    throw error;
  });
  return {
    url,
    ...(firstRun.code === undefined ? {} : { firstRunLink: `${url}/#first=${firstRun.code}` }),
    routes,
    screens: () => hub.taken(),
    async [Symbol.asyncDispose]() {
      hub.close();
      await server.close();
    },
  };
}
