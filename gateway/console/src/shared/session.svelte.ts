/** Who is signed in, and what that role may do. The gateway decides; the screen only hides what would be refused. */
import type { MeBody } from "../../../api/shapes.ts";
import { type Answer, ask, onSignedOut } from "./ask.ts";
import { house } from "./house.svelte.ts";

type Role = MeBody["role"];

/** The same table as the gateway's, in the words of the screen. `judge`: the steps that change what a ticket says happened. */
const ACT: Readonly<
  Record<
    | "acknowledge"
    | "tickets"
    | "judge"
    | "drill"
    | "links"
    | "frames"
    | "rules"
    | "tryRules"
    | "tuning"
    | "applyLearned"
    | "takeBackLearned"
    | "handover"
    | "sample"
    | "shelve"
    | "service"
    | "reports"
    | "export"
    | "exportReports"
    | "drillReal"
    | "accidents"
    | "writeAccidents"
    | "users"
    | "duty"
    | "channels"
    | "tryChannels"
    | "editUsers",
    readonly Role[]
  >
> = {
  acknowledge: ["operator", "maintainer", "supervisor", "engineer"],
  tickets: ["operator", "maintainer", "supervisor"],
  judge: ["operator", "supervisor"],
  drill: ["supervisor", "engineer", "admin"],
  links: ["operator", "maintainer", "supervisor", "engineer", "admin"],
  frames: ["engineer", "admin"],
  handover: ["operator", "supervisor"],
  sample: ["supervisor"],
  rules: ["operator", "supervisor", "engineer", "admin"],
  tryRules: ["engineer", "admin"],
  tuning: ["supervisor", "engineer", "admin"],
  applyLearned: ["engineer"],
  takeBackLearned: ["supervisor", "engineer"],
  shelve: ["operator", "supervisor", "engineer"],
  service: ["engineer"],
  accidents: ["operator", "supervisor", "engineer", "admin"],
  writeAccidents: ["supervisor", "admin"],
  reports: ["viewer", "operator", "supervisor", "engineer", "admin"],
  export: ["operator", "supervisor", "engineer", "admin"],
  exportReports: ["supervisor"],
  drillReal: ["supervisor"],
  users: ["supervisor", "admin"],
  duty: ["operator", "maintainer", "supervisor", "engineer", "admin"],
  channels: ["operator", "supervisor", "engineer", "admin"],
  tryChannels: ["supervisor", "engineer", "admin"],
  editUsers: ["admin"],
};

/** `undefined`: not asked yet; `null`: nobody. */
let me = $state.raw<MeBody | null | undefined>(undefined);
/** Why nobody is known: the gateway did not answer the question. */
let unreachable = $state(false);

export const whoami = (): MeBody | null | undefined => me;
export const cannotAsk = (): boolean => unreachable;

/** On a simulated site the admin may do everything: the demo has one account, and what it acts on is not real. */
export const may = (what: keyof typeof ACT): boolean =>
  me ? ACT[what].includes(me.role) || (me.role === "admin" && house.site?.simulated === true) : false;

/** Whether the person's role is among those that a point names. */
export const mayWrite = (who: readonly string[]): boolean =>
  me ? who.includes(me.role) || (me.role === "admin" && house.site?.simulated === true) : false;

export async function findOutWhoIAm(): Promise<void> {
  const answer = await ask<MeBody>("GET", "/api/me", undefined, true);
  unreachable = !answer.ok && answer.status !== 401;
  if (answer.ok) me = answer.body;
  else if (answer.status === 401) me = null;
}

export async function signIn(user: string, password: string): Promise<Answer<unknown>> {
  const answer = await ask("POST", "/api/session", { user, password }, true);
  if (answer.ok) await findOutWhoIAm();
  return answer;
}

/** The first administrator, with the one-time code that the gateway printed at its first start. */
export async function signUpFirst(
  code: string,
  user: string,
  name: string,
  password: string,
): Promise<Answer<unknown>> {
  const made = await ask("POST", "/api/first-run", { code, user, name, password }, true);
  if (!made.ok) return made;
  await findOutWhoIAm();
  return me ? made : signIn(user, password);
}

export async function signOut(): Promise<void> {
  await ask("DELETE", "/api/session", undefined, true);
  me = null;
}

onSignedOut(() => {
  me = null;
});
