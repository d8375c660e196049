/** An account changes; where it is closed, so is all else that its person could still come in by (S11). The rota follows by itself. */
import type { Account, Session, Token } from "#model/account";
import type { Plan } from "#model/plan";
import type { Ticket } from "#model/ticket";
import type { Instant } from "#model/time";
import { type AccountChange, changeAccount, tokenRevoked } from "./accounts.ts";
import { revokeLinks } from "./ticket-links.ts";

export interface Known {
  readonly tokens: Iterable<Token>;
  readonly sessions: Iterable<Session>;
  /** Those that are open. */
  readonly tickets: Iterable<Ticket>;
}

/** As `changeAccount`; a disabled account takes the tokens it has made and every link of its person along. */
export function changeWithAccess(
  before: Account,
  change: AccountChange,
  known: Known,
  by: string,
  now: Instant,
): { account: Account; rows: Partial<Plan> } {
  const sessions = [...known.sessions];
  const { account, rows } = changeAccount(before, change, sessions, by, now);
  if (account.state !== "disabled" || before.state === "disabled") return { account, rows };
  const closed = [
    ...revokedTokens(account, known.tokens, by, now),
    ...revokedLinks(account, { ...known, sessions }, by, now),
  ];
  return {
    account,
    rows: {
      ...rows,
      tokens: closed.flatMap((one) => one.tokens ?? []),
      sessions: [...(rows.sessions ?? []), ...closed.flatMap((one) => one.sessions ?? [])],
      journal: [...(rows.journal ?? []), ...closed.flatMap((one) => one.journal ?? [])],
    },
  };
}

/** Whoever made a token has seen it. */
const revokedTokens = ({ id }: Account, tokens: Iterable<Token>, by: string, now: Instant): readonly Partial<Plan>[] =>
  [...tokens].filter((one) => one.state === "active" && one.by === id).map((one) => tokenRevoked(one, by, now));

/** On every ticket that is theirs, was offered to them, or that they have looked at. */
function revokedLinks({ id, name }: Account, known: Known, by: string, now: Instant): readonly Partial<Plan>[] {
  const theirs = [...known.tickets].filter(
    ({ assignee, offers }) => assignee === id || assignee === name || offers?.some(({ person }) => person === id),
  );
  const visited = [...known.sessions].flatMap(({ visit }) =>
    visit?.person === id && !visit.revoked ? [visit.ticket] : [],
  );
  const tickets = new Set([...theirs.map(({ no }) => no), ...visited]);
  return [...tickets].map((ticket) => revokeLinks(ticket, id, by, now));
}
