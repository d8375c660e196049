/** `people.yaml`: teams, people, shifts, and the person who is told when nobody else can be. */

import * as z from "zod";
import type { People, Person, Shift, StandIn, Team } from "#model/site";
import { type Instant, instant } from "#model/time";
import { nearest } from "../../rules/language/nearest.ts";
import { itemsOf, type Part, parsePart, part, placeOf, whole } from "./parse-part.ts";
import { formatPlace, type ProblemList, suggestion } from "./problems.ts";
import { warnOfGaps } from "./shift-gaps.ts";
import { complain, Id, TextPair } from "./vocabulary.ts";
import type { YamlFile } from "./yaml-file.ts";

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const TimeOfDay = z.string().transform((text, context): number => {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : Number.NaN;
  if (minutes <= 24 * 60) return minutes;
  return complain(
    context,
    { zh: "不是时刻", en: "is not a time of day" },
    { zh: '写成 "08:00"、"20:30" 或 "24:00"。', en: 'Write "08:00", "20:30" or "24:00".' },
  );
});

/** A pattern and not a format: editors know the one and not always the other. */
const Day = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)
  .meta({ description: 'a day such as "2026-11-21"', zh: '日期，如 "2026-11-21"' });

export const PersonEntry = z.strictObject({
  id: Id,
  name: z.string().min(1),
  phone: z.string().min(1).optional().meta({ description: "a phone number in quotes", zh: "加引号的电话号码" }),
  email: z
    .string()
    .regex(/^[^\s@<>]+@[^\s@<>]+$/)
    .optional()
    .meta({ description: "a mail address", zh: "邮箱地址" }),
  skills: z
    .array(z.strictObject({ skill: Id, until: Day.optional() }))
    .optional()
    .meta({
      description: 'certificates, e.g. [{ skill: elevator, until: "2027-03-31" }]',
      zh: '证书，如 [{ skill: elevator, until: "2027-03-31" }]',
    }),
  contractor: z.boolean().optional(),
});

const LocalTime = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3]):[0-5]\d$/)
  .meta({ description: 'a local time such as "2026-11-21 20:00"', zh: '当地时间，如 "2026-11-21 20:00"' });

/** Days on which somebody does not work, both included. */
export const LeaveEntry = z.strictObject({ person: z.string(), from: Day, to: Day });

/** For a while somebody stands in for somebody else. */
export const StandInEntry = z.strictObject({ for: z.string(), by: z.string(), from: LocalTime, to: LocalTime });

export const TeamEntry = z.strictObject({
  id: Id,
  name: TextPair,
  roles: z
    .array(z.string())
    .default([])
    .meta({ description: "a list of roles of the response policy", zh: "响应策略中的角色列表" }),
  people: z.array(z.string()).min(1).meta({ description: "a list of person ids", zh: "人员编号的列表" }),
  building: z.string().min(1).optional().meta({ description: "where the team has its place", zh: "班组驻点所在楼栋" }),
});

export const ShiftEntry = z.strictObject({
  team: z.string(),
  people: z.array(z.string()).min(1).meta({ description: "a list of person ids", zh: "人员编号的列表" }),
  days: z.array(z.enum(weekdays)).min(1).optional(),
  from: TimeOfDay.meta({ description: 'a time such as "08:00"', zh: '时刻，如 "08:00"' }),
  to: TimeOfDay.meta({ description: 'a time such as "20:00"', zh: '时刻，如 "20:00"' }),
});

export const PeopleFile = z.strictObject({
  people: z.array(z.unknown()),
  teams: z.array(z.unknown()),
  shifts: z.array(z.unknown()).default([]),
  leave: z.array(LeaveEntry).default([]),
  standIns: z.array(StandInEntry).default([]),
  fallback: z.string().min(1).meta({
    description: "the id of the person who is told when a role has nobody on duty",
    zh: "某角色无人值班时通知的人员编号",
  }),
});

export interface FoundPeople {
  readonly people: People;
  /** `people.yaml` as a whole, for problems about what is missing in it. */
  readonly at: Part;
  /** False when an entry could not be understood, so that nothing can be said about what is missing. */
  readonly complete: boolean;
}

/** A local time of a file as an instant; one that does not exist is the next one that does. */
const inZone = (text: string, zone: string): Instant =>
  instant(Temporal.PlainDateTime.from(text.replace(" ", "T")).toZonedDateTime(zone).epochMilliseconds);

function wrongOrder(at: Part, problems: ProblemList): void {
  problems.error(
    placeOf(at),
    { zh: "结束早于开始", en: "the end lies before the beginning" },
    { zh: "核对 from 和 to。", en: "Check from and to." },
  );
}

/** `zone`: in which local times are meant. */
export function readPeople(file: YamlFile, zone: string, problems: ProblemList): FoundPeople | undefined {
  const root = whole(file);
  const fields = parsePart(root, PeopleFile, problems).value;
  if (!fields) return undefined;
  let complete = true;

  function entries<S extends z.ZodType<{ readonly id: string }>>(
    key: string,
    schema: S,
    called: { zh: string; en: string },
  ) {
    const found = new Map<string, { fields: z.output<S>; at: Part }>();
    for (const at of itemsOf(part(root, key))) {
      const value = parsePart(at, schema, problems).value;
      if (!value) {
        complete = false;
        continue;
      }
      const before = found.get(value.id);
      if (before) {
        const line = placeOf(before.at, "id").line;
        problems.error(
          placeOf(at, "id"),
          {
            zh: `${called.zh} ${value.id} 重复，第 ${line} 行已有`,
            en: `the ${called.en} ${value.id} already stands in line ${line}`,
          },
          { zh: "换一个编号。", en: "Give it another id." },
        );
        continue;
      }
      found.set(value.id, { fields: value, at });
    }
    return found;
  }

  const people = entries("people", PersonEntry, { zh: "人员", en: "person" });
  const teams = entries("teams", TeamEntry, { zh: "班组", en: "team" });
  const ids = [...people.keys()];
  const unknownPerson = (at: Part, id: string, index: number): void => {
    if (people.has(id) || !complete) return;
    problems.error(
      placeOf(at, "people", index),
      { zh: `没有人员 ${id}`, en: `there is no person ${id}` },
      suggestion(nearest(id, ids), ids),
    );
  };
  for (const { fields: team, at } of teams.values()) {
    for (const [index, id] of team.people.entries()) unknownPerson(at, id, index);
  }

  const shifts: { shift: Shift; at: Part }[] = [];
  for (const at of itemsOf(part(root, "shifts"))) {
    const entry = parsePart(at, ShiftEntry, problems).value;
    if (!entry) {
      complete = false;
      continue;
    }
    const team = teams.get(entry.team);
    if (!team) {
      if (complete) {
        const known = [...teams.keys()];
        problems.error(
          placeOf(at, "team"),
          { zh: `没有班组 ${entry.team}`, en: `there is no team ${entry.team}` },
          suggestion(nearest(entry.team, known), known),
        );
      }
      continue;
    }
    for (const [index, id] of entry.people.entries()) {
      unknownPerson(at, id, index);
      if (!people.has(id) || team.fields.people.includes(id)) continue;
      problems.error(
        placeOf(at, "people", index),
        {
          zh: `${id} 不在班组 ${entry.team} 里（${formatPlace(placeOf(team.at, "people"))}）`,
          en: `${id} is not in the team ${entry.team} (${formatPlace(placeOf(team.at, "people"))})`,
        },
        { zh: "把此人加入班组，或换人。", en: "Add the person to the team, or name another." },
      );
    }
    const days = (entry.days ?? weekdays).map((day) => weekdays.indexOf(day) + 1);
    shifts.push({
      shift: { team: entry.team, people: entry.people, days, from: entry.from % 1440, to: entry.to % 1440 },
      at,
    });
  }
  if (complete) warnOfGaps(shifts, problems);
  const known = (at: Part, id: string): void => {
    if (people.has(id) || !complete) return;
    problems.error(
      placeOf(at),
      { zh: `没有人员 ${id}`, en: `there is no person ${id}` },
      suggestion(nearest(id, ids), ids),
    );
  };
  const standIns: StandIn[] = [];
  for (const [index, one] of fields.standIns.entries()) {
    for (const key of ["for", "by"] as const) known(part(root, "standIns", index, key), one[key]);
    const [from, to] = [one.from, one.to].map((text) => inZone(text, zone)) as [Instant, Instant];
    if (from < to) standIns.push({ for: one.for, by: one.by, from, to });
    else wrongOrder(part(root, "standIns", index, "to"), problems);
  }
  for (const [index, one] of fields.leave.entries()) {
    known(part(root, "leave", index, "person"), one.person);
    if (one.from > one.to) wrongOrder(part(root, "leave", index, "to"), problems);
  }
  if (!people.has(fields.fallback) && complete) {
    problems.error(
      placeOf(root, "fallback"),
      { zh: `没有人员 ${fields.fallback}`, en: `there is no person ${fields.fallback}` },
      suggestion(nearest(fields.fallback, ids), ids),
    );
  }
  return {
    people: {
      people: [...people.values()].map(
        ({ fields: { id, name, phone, email, skills, contractor } }): Person => ({
          id,
          name,
          ...(phone === undefined ? {} : { phone }),
          ...(email === undefined ? {} : { email }),
          ...(skills ? { skills: skills.map(({ skill, until }) => ({ skill, ...(until ? { until } : {}) })) } : {}),
          ...(contractor ? { contractor } : {}),
        }),
      ),
      teams: [...teams.values()].map(
        ({ fields: { building, ...team } }): Team => ({ ...team, ...(building ? { building } : {}) }),
      ),
      ...(fields.leave.length > 0 ? { leave: fields.leave } : {}),
      ...(standIns.length > 0 ? { standIns } : {}),
      shifts: shifts.map(({ shift }) => shift),
      fallback: fields.fallback,
    },
    at: root,
    complete,
  };
}
