/** What was played from the board of a simulated site, and which tickets came of it. Pure but for the reading of the journal. */
import * as z from "zod";
import type { JournalEntry, JournalRow } from "#model/journal";
import { Text } from "#model/text";
import type { Ticket } from "#model/ticket";
import { hours, type Instant, later } from "#model/time";
import type { ApiHouse } from "./api-house.ts";

/** What all rows of the board are about. */
const BOARD = "drill:board";
/** Rows that are looked through: more stories than anybody plays in a month (engineering judgement). */
const STORIES = 500;
/** What opens later on the same device has another cause (engineering judgement). */
const LASTS = hours(12);

/** What the simulators answer to a story that began, as far as the house remembers it. */
const Played = z.object({
  scenario: z.string(),
  title: Text.optional(),
  device: z.string(),
  concerns: z.array(z.string()).default([]),
});

export interface Story {
  readonly scenario: string;
  readonly title: Text;
  readonly device: string;
  readonly concerns: ReadonlySet<string>;
  readonly by: string;
  readonly at: Instant;
  /** When the next story took over one of its devices, or it is out of date. */
  readonly until: Instant;
}

/** Undefined where the answer makes no sense: then nothing was played that could be remembered. */
export function playedEntry(said: unknown, actor: string, now: Instant): JournalEntry | undefined {
  const played = Played.safeParse(said);
  if (!played.success) return undefined;
  const { scenario, title, device, concerns } = played.data;
  const data = { scenario, title: title ?? { zh: scenario, en: scenario }, device, concerns };
  return { occurredAt: now, at: now, about: BOARD, event: "story-played", actor, data };
}

/** What was played from the board of this house, oldest first; nothing on a real site. */
export async function playedStories({ site, store }: Pick<ApiHouse, "site" | "store">): Promise<readonly Story[]> {
  return site.simulated ? storiesOf(await store.journal({ about: BOARD, limit: STORIES })) : [];
}

/** Oldest first. */
export function storiesOf(rows: readonly JournalRow[]): readonly Story[] {
  const stories: Story[] = [];
  for (const row of rows.toSorted((a, b) => a.seq - b.seq)) {
    const played = Played.safeParse(row.data);
    if (row.event !== "story-played" || !played.success) continue;
    const { scenario, title, device } = played.data;
    const concerns = new Set([device, ...played.data.concerns]);
    stories.forEach((story, at) => {
      if (story.until > row.at && !story.concerns.isDisjointFrom(concerns)) stories[at] = { ...story, until: row.at };
    });
    stories.push({
      scenario,
      title: title ?? { zh: scenario, en: scenario },
      device,
      concerns,
      by: row.actor,
      at: row.at,
      until: later(row.at, LASTS),
    });
  }
  return stories;
}

/** The story that a ticket came of. */
export const storyOf = (stories: readonly Story[], ticket: Pick<Ticket, "device" | "openedAt" | "simulated">) =>
  stories.findLast(
    (story) =>
      ticket.simulated &&
      ticket.device !== undefined &&
      story.concerns.has(ticket.device) &&
      ticket.openedAt >= story.at &&
      ticket.openedAt < story.until,
  );

/** Open emergencies that neither a drill nor a story explains: somebody may be waiting. */
export const unexplained = (stories: readonly Story[], tickets: Iterable<Ticket>): readonly Ticket[] =>
  [...tickets].filter(
    (ticket) =>
      (ticket.severity === "S1" || ticket.severity === "S2") &&
      !ticket.drill &&
      ticket.closedAt === undefined &&
      storyOf(stories, ticket) === undefined,
  );

/** Tickets that are looked through for drills: what the store gives at once. */
const LOOKED_THROUGH = 2_000;

/** As they stand now, newest first. */
export async function everyTicket(
  { store, door }: Pick<ApiHouse, "store" | "door">,
  most = LOOKED_THROUGH,
): Promise<readonly Ticket[]> {
  const stored = await store.tickets("all", most);
  const all = new Map(stored.map((ticket) => [ticket.no, ticket]));
  for (const ticket of [...door.house.lately.values(), ...door.house.tickets.values()]) all.set(ticket.no, ticket);
  return [...all.values()].sort((a, b) => b.openedAt - a.openedAt);
}
