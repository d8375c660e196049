/** Notices to residents: the templates beside the policy, and what a site's `response.yaml` changes of them. */
import * as z from "zod";
import { roles } from "#model/account";
import type { NoticePolicy, NoticeTemplate, NoticeWords } from "#model/notice";
import { type TicketClass, ticketClasses } from "#model/policy";
import type { Text } from "#model/text";
import { minutes } from "#model/time";
import { parsePart, whole } from "./parse-part.ts";
import type { ProblemList } from "./problems.ts";
import { complain, Id, spanFrom, TextPair } from "./vocabulary.ts";
import type { YamlFile } from "./yaml-file.ts";

/** As long as fits into a text message beside the time and the name of the site. */
export const WORDS_ZH = 120;
export const WORDS_EN = 300;

const PLACES: ReadonlySet<string> = new Set(["place", "site", "expected"]);
const Words = TextPair.superRefine((text: Text, context) => {
  const wrong = [text.zh, text.en]
    .flatMap((one) => [...one.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? ""))
    .find((word) => !PLACES.has(word));
  if (wrong !== undefined) {
    complain(
      context,
      { zh: `含有未知的 {${wrong}}`, en: `holds {${wrong}}, which is not known` },
      { zh: "可用 {place}、{site} 和 {expected}。", en: "Known: {place}, {site} and {expected}." },
    );
  }
  if (text.zh.length <= WORDS_ZH && text.en.length <= WORDS_EN) return;
  complain(
    context,
    { zh: "太长，短信放不下", en: "is too long for a text message" },
    {
      zh: `中文不超过 ${WORDS_ZH} 字，英文不超过 ${WORDS_EN} 字符。`,
      en: `Write ${WORDS_ZH} characters of Chinese and ${WORDS_EN} of English at most.`,
    },
  );
});
const Edition = z.strictObject({ what: Words, todo: Words });
const Template = z.strictObject({ title: TextPair, first: Edition, update: Edition, closing: Edition });
/** For what is expected, by the plan that a ticket was opened by. */
const PlanTemplate = Template.extend({
  frame: z.strictObject({ until: TextPair, unknown: TextPair, over: TextPair }),
  again: spanFrom(minutes(10), "10m"),
});
const SomeWords = z.strictObject({
  title: TextPair.optional(),
  first: Edition.partial().optional(),
  update: Edition.partial().optional(),
  closing: Edition.partial().optional(),
});
const ofClasses = <S extends z.ZodType>(schema: S) =>
  z.strictObject(
    Object.fromEntries(ticketClasses.map((id) => [id, schema.optional()])) as Record<TicketClass, z.ZodOptional<S>>,
  );

/** A viewer decides nothing. */
const Approver = z.enum(roles).exclude(["viewer"]);
const shape = {
  approve: z.array(Approver).min(1),
  tell: z.array(z.string()),
  again: spanFrom(minutes(10), "10m"),
  reach: z.number().gt(0).max(1),
  withdrawal: Edition,
};
const NoticesFile = z.strictObject({ ...shape, templates: ofClasses(Template), plans: z.record(Id, PlanTemplate) });

/** A site changes single words: a title, or what one edition says. */
export const NoticesOfSite = z
  .strictObject({
    ...shape,
    templates: ofClasses(SomeWords),
    plans: z.record(Id, SomeWords),
  })
  .partial();

type Told<T> = { [K in keyof T]: Exclude<T[K], undefined> };
const told = <T extends object>(record: T): Told<T> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Told<T>;

/** `undefined` after a problem. */
export function readNotices(file: YamlFile, problems: ProblemList): NoticePolicy | undefined {
  const { value, clean } = parsePart(whole(file), NoticesFile, problems);
  return value && clean ? { ...value, templates: told(value.templates) as NoticePolicy["templates"] } : undefined;
}

const lay = (base: NoticeWords, change: { [K in keyof NoticeWords]?: Text | undefined } | undefined): NoticeWords => ({
  ...base,
  ...told(change ?? {}),
});

const layWords = (before: NoticeTemplate, own: z.output<typeof SomeWords>): NoticeTemplate => ({
  ...before,
  title: own.title ?? before.title,
  first: lay(before.first, own.first),
  update: lay(before.update, own.update),
  closing: lay(before.closing, own.closing),
});

/** Lays a site's words over the templates. */
export function overrideNotices(base: NoticePolicy, change: z.output<typeof NoticesOfSite>): NoticePolicy {
  const { templates = {}, plans = {}, ...rest } = change;
  const all: Partial<Record<TicketClass, NoticeTemplate>> = { ...base.templates };
  for (const id of ticketClasses) {
    const own = templates[id];
    const before = base.templates[id] ?? base.templates.general_fault;
    if (!own || !before) continue;
    all[id] = layWords(before, own);
  }
  const ofPlans = Object.entries(base.plans ?? {}).map(([id, before]) => {
    const own = Object.hasOwn(plans, id) ? plans[id] : undefined;
    return [id, own ? layWords(before, own) : before];
  });
  return { ...base, ...told(rest), templates: all, ...(base.plans ? { plans: Object.fromEntries(ofPlans) } : {}) };
}
