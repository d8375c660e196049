/**
 * Who may use which route: one table, enforced in one place. A route without a row is refused, so a forgotten route is
 * closed and not open. Rows follow "Roles × routes" of the security research; HEAD goes with GET.
 */
import { type Role, roles } from "#model/account";
import { type TicketStep, ticketSteps } from "#model/plan";

/** `visit`: whoever came by a one-ticket link, and no account or token whatever its role. */
export type Permission = "anyone" | "visit" | readonly Role[];

const everyRole: Permission = roles;
/** People at the desk: they judge what is real and what is not. */
const desk: Permission = ["operator", "supervisor"];
const deskAndCrew: Permission = ["operator", "maintainer", "supervisor"];
const engineering: Permission = ["engineer", "admin"];
const holdsDrills: Permission = ["supervisor", "engineer", "admin"];
/** Figures name no people. */
const readsReports: Permission = ["viewer", "operator", "supervisor", "engineer", "admin"];
/** What tells of people leaves as a file by a supervisor's word alone; masked all the same unless they ask for names (S9). */
const supervisorsWord: Permission = ["supervisor"];
/** Points and alarms as a file: nobody is named in it. */
const exportsData: Permission = ["operator", "supervisor", "engineer", "admin"];
const readsUsers: Permission = ["supervisor", "admin"];
const admin: Permission = ["admin"];

/** Steps that change what a ticket says happened are the desk's; the crew does the others. */
const deskSteps: ReadonlySet<string> = new Set([
  "review",
  "false-alarm",
  "merge",
  "reopen",
  "hold",
  "reschedule",
  "call-off",
]);
const stepPermission = (step: TicketStep): Permission => (deskSteps.has(step) ? desk : deskAndCrew);

export const permissions: Readonly<Record<string, Permission>> = {
  "GET /healthz": "anyone",
  "GET /*": "anyone",
  "POST /api/session": "anyone",
  "POST /api/first-run": "anyone",

  "POST /api/visit": "anyone",
  // Whoever holds the secret of the channel: the route judges the signature.
  "POST /api/channels/:id/answers": "anyone",
  "GET /api/visit": "visit",
  "POST /api/visit/:step": "visit",
  "POST /api/visit/files": "visit",
  "GET /api/visit/files/:id": "visit",

  "GET /readyz": everyRole,
  "GET /api/session": everyRole,
  "DELETE /api/session": everyRole,
  "GET /api/me": everyRole,
  "GET /api/site": everyRole,
  "GET /api/devices": everyRole,
  "GET /api/devices/:id": everyRole,
  "GET /api/points": everyRole,
  "GET /api/points/:id": everyRole,
  // Which of them may write which point, the point itself says.
  "POST /api/points/:id/write": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/links": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/north": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/links/:id": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/links/:id/frames": engineering,
  "GET /api/points/:id/history": everyRole,
  "GET /api/alarms": everyRole,
  "GET /api/alarms/:id": everyRole,
  "GET /api/tickets": everyRole,
  "GET /api/tickets/:no": everyRole,
  // Names for dispatching; contacts are not in it.
  "GET /api/people": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/channels": ["operator", "supervisor", "engineer", "admin"],
  "POST /api/channels/:id/test": ["supervisor", "engineer", "admin"],
  "GET /api/live": everyRole,
  "GET /api/live/events": everyRole,

  "POST /api/alarms/:id/acknowledge": ["operator", "maintainer", "supervisor", "engineer"],
  "POST /api/alarms/acknowledge": ["operator", "maintainer", "supervisor", "engineer"],
  "POST /api/alarms/:id/comment": ["operator", "maintainer", "supervisor", "engineer"],
  // For how long each of them may shelve, and that life safety takes two people, is for the rules to say.
  "POST /api/alarms/:id/shelve": ["operator", "supervisor", "engineer"],
  "POST /api/alarms/:id/unshelve": ["operator", "supervisor", "engineer"],
  "POST /api/alarms/:id/unacknowledge": ["supervisor"],
  "POST /api/alarms/:id/reset": ["operator", "supervisor", "engineer"],
  // Life safety is for two of the desk, everything else for an engineer: the rules tell them apart.
  "POST /api/alarms/:id/out-of-service": ["operator", "supervisor", "engineer"],
  "POST /api/alarms/:id/in-service": ["operator", "supervisor", "engineer"],
  "POST /api/tickets": desk,
  ...Object.fromEntries(ticketSteps.map((step) => [`POST /api/tickets/:no/${step}`, stepPermission(step)])),

  "POST /api/tickets/:no/links": desk,
  "POST /api/tickets/:no/files": deskAndCrew,
  "POST /api/tickets/:no/contact": desk,
  // Each look is a row of the journal.
  "POST /api/tickets/:no/contact/show": ["operator", "supervisor"],
  "GET /api/tickets/:no/files/:id": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "DELETE /api/tickets/:no/links/:person": desk,

  "GET /api/tickets/:no/notice": everyRole,
  "POST /api/tickets/:no/notice": desk,
  "POST /api/tickets/:no/notice/discard": desk,
  // Which of them speak to residents for the site, its policy says: the rules narrow it.
  "POST /api/tickets/:no/notice/approve": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "POST /api/tickets/:no/notice/withdraw": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "POST /api/tickets/:no/notice/reach": desk,

  "GET /api/accidents": ["operator", "supervisor", "engineer", "admin"],
  "GET /api/tickets/:no/accident": ["operator", "supervisor", "engineer", "admin"],
  "POST /api/tickets/:no/accident": ["supervisor", "admin"],
  "POST /api/tickets/:no/accident/fill": ["supervisor", "admin"],
  "POST /api/tickets/:no/accident/sign": ["supervisor", "admin"],
  // Each look at the names is a row of the journal.
  "POST /api/tickets/:no/accident/show": ["supervisor", "admin"],

  "GET /api/shifts": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/handovers": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/handovers/:id": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/fire-log": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/fire-log/:id": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/fire-room": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "POST /api/fire-log/:id": desk,
  "POST /api/handovers": desk,
  "POST /api/handovers/:id": desk,
  // Whoever signs proves who they are with a password, and needs the role as well.
  "POST /api/handovers/:id/sign": desk,

  // Operators and maintainers see only what they did themselves: the route narrows it.
  "GET /api/journal": ["operator", "maintainer", "supervisor", "engineer", "admin"],
  "GET /api/journal/verify": ["supervisor", "engineer", "admin"],
  "GET /api/alarms/suppressed": everyRole,
  "GET /api/reports/alarms": readsReports,
  // As a file it is for supervisors: the route narrows it.
  "GET /api/reports/response": readsReports,
  "GET /api/reports/drills": exportsData,
  "GET /api/reports/drills/:no": exportsData,
  "GET /api/reports/written": readsReports,
  "GET /api/reports/written/:id": readsReports,
  "GET /api/exports/alarms.csv": exportsData,
  "GET /api/exports/tickets.csv": supervisorsWord,
  "GET /api/exports/journal.csv": supervisorsWord,
  "GET /api/exports/points.csv": exportsData,
  "GET /api/exports/points/history.csv": exportsData,
  "POST /api/rules/check": engineering,
  "GET /api/rules": ["operator", "supervisor", "engineer", "admin"],

  "GET /api/rules/backtest": engineering,
  "POST /api/rules/backtest": engineering,
  "DELETE /api/rules/backtest": engineering,
  "GET /api/rules/learned": ["supervisor", "engineer", "admin"],
  "POST /api/rules/learned": engineering,
  "DELETE /api/rules/learned": engineering,
  // What rules go by is the engineer's; the desk may go back to what the site says.
  "POST /api/rules/learned/:device/:what": ["engineer"],
  "POST /api/rules/learned/:device/:what/take-back": ["supervisor", "engineer"],
  "GET /api/rules/tuning": ["supervisor", "engineer", "admin"],
  "POST /api/rules/tuning": engineering,
  "DELETE /api/rules/tuning": engineering,

  "GET /api/users": readsUsers,
  "POST /api/users": admin,
  "POST /api/users/:id": admin,
  "GET /api/tokens": readsUsers,
  "POST /api/tokens": admin,
  "DELETE /api/tokens/:id": admin,

  "GET /metrics": engineering,
  "GET /api/openapi.json": engineering,
  "GET /api/docs": engineering,
  "GET /api/docs/": engineering,
  "GET /api/docs/json": engineering,
  "GET /api/docs/yaml": engineering,
  "GET /api/docs/static/*": engineering,
  "GET /api/docs/static/index.html": engineering,
  "GET /api/docs/static/swagger-initializer.js": engineering,

  "GET /api/simulator": holdsDrills,
  "POST /api/simulator/play": holdsDrills,
  "POST /api/simulator/stop": holdsDrills,
};

/** What the table says to this route for this role. */
export type Verdict = "yes" | "sign-in" | "no";

/** Whether this route is for visits by a one-ticket link. */
export const isForVisits = (method: string, route: string): boolean =>
  permissions[`${method === "HEAD" ? "GET" : method} ${route}`] === "visit";

/**
 * `route`: the router's own pattern. On a simulated site the admin may do everything: the demo has one account, and what it
 * acts on is not real.
 */
export function mayUse(method: string, route: string, role: Role | undefined, simulated: boolean): Verdict {
  const row = permissions[`${method === "HEAD" ? "GET" : method} ${route}`];
  if (row === "anyone") return "yes";
  if (role === undefined) return "sign-in";
  if (row === undefined || row === "visit") return "no";
  return row.includes(role) || (simulated && role === "admin") ? "yes" : "no";
}
