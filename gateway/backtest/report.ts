/** What a replay comes to: alarms and their tickets, old rule against new, what almost became an alarm, and gaps. Pure. */
import type { TicketClass } from "#model/policy";
import type { RuleDefinition } from "#model/rule";
import type { Severity } from "#model/severity";
import type { Site } from "#model/site";
import type { Text } from "#model/text";
import { formatInstant, instant } from "#model/time";
import type { WouldBe } from "./lane.ts";
import type { Replayed } from "./replay.ts";
import { type WouldBeTicket, wouldBeTickets } from "./tickets.ts";
import { overlaps, type Tuning, tuningOf } from "./tuning.ts";

/** Times are ISO 8601 in UTC, spans are seconds. */
export interface BacktestAlarm {
  readonly alarm: string;
  readonly device: string;
  readonly severity: Severity;
  readonly from: string;
  /** Absent while it lasts beyond the end. */
  readonly to?: string;
  readonly heldFor: number;
  readonly because: Text;
  /** The ticket that it opens or joins: its number among those of the report. */
  readonly ticket?: number;
}

export interface BacktestTicket {
  readonly number: number;
  readonly class: TicketClass;
  readonly device: string;
  readonly severity: Severity;
  readonly openedAt: string;
  readonly alarms: number;
  readonly reopened: number;
}

export interface BacktestReport {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly samples: number;
  readonly devices: number;
  readonly alarms: readonly BacktestAlarm[];
  /** One per device and class, however many alarms join it. */
  readonly tickets: readonly BacktestTicket[];
  /** What a replay cannot know and therefore leaves out: people's doings, and other alarms that would suppress these. */
  readonly leftOut: readonly Text[];
  /** With a changed rule: what it would have raised, and how that differs. */
  readonly changed?: {
    readonly alarms: readonly BacktestAlarm[];
    readonly tickets: readonly BacktestTicket[];
    readonly same: number;
    /** Alarms of the rule as it is that the changed one does not raise. */
    readonly missed: readonly BacktestAlarm[];
    readonly extra: readonly BacktestAlarm[];
  };
  readonly tuning: readonly Tuning[];
  /** Stretches that could not be judged; the first 200. */
  readonly gaps: readonly { readonly device: string; readonly from: string; readonly to: string }[];
  readonly gapCount: number;
  /** Rows of the history that could not be read. */
  readonly broken: number;
}

const GAPS_SHOWN = 200;
const time = (ms: number): string => formatInstant(instant(ms));

export interface ReportInput {
  readonly site: Site;
  readonly rule: RuleDefinition;
  readonly changed?: RuleDefinition;
  readonly from: number;
  readonly to: number;
  readonly replayed: Replayed;
  readonly broken: number;
}

export function report(input: ReportInput): BacktestReport {
  const { site, rule, replayed } = input;
  const { asIs, changed } = replayed;
  const own = sideOf(site, rule, asIs);
  return {
    rule: rule.id,
    from: time(input.from),
    to: time(input.to),
    samples: replayed.samples,
    devices: replayed.instances,
    alarms: asIs.map(own.body),
    tickets: own.tickets,
    leftOut: leftOut(rule),
    ...(changed && input.changed
      ? { changed: compareSides(asIs, own, changed, sideOf(site, input.changed, changed)) }
      : {}),
    tuning: tuningOf(site, [rule], replayed),
    gaps: replayed.gaps
      .slice(0, GAPS_SHOWN)
      .map(({ device, from, to }) => ({ device, from: time(from), to: time(to) })),
    gapCount: replayed.gaps.length,
    broken: input.broken,
  };
}

type Side = ReturnType<typeof sideOf>;

/** What one version of the rule would have brought about. */
export function sideOf(site: Site, rule: RuleDefinition, alarms: readonly WouldBe[]) {
  const { tickets, ofAlarm } = wouldBeTickets(site, rule, alarms);
  return {
    tickets: tickets.map(ticketBody),
    body: (alarm: WouldBe): BacktestAlarm => {
      const ticket = ofAlarm.get(alarm);
      return {
        alarm: alarm.alarm,
        device: alarm.device,
        severity: alarm.severity,
        from: time(alarm.from),
        ...(alarm.to === undefined ? {} : { to: time(alarm.to) }),
        heldFor: alarm.heldFor / 1_000,
        because: { zh: alarm.because.zh, en: alarm.because.en },
        ...(ticket === undefined ? {} : { ticket }),
      };
    },
  };
}

const ticketBody = ({ openedAt, number, device, severity, alarms, reopened, class: of }: WouldBeTicket) => ({
  number,
  class: of,
  device,
  severity,
  openedAt: time(openedAt),
  alarms,
  reopened,
});

/** Alarms that overlap in time are the same one. */
export function compareSides(asIs: readonly WouldBe[], own: Side, changed: readonly WouldBe[], other: Side) {
  const before = Map.groupBy(asIs, ({ alarm }) => alarm);
  const after = Map.groupBy(changed, ({ alarm }) => alarm);
  const isIn = (side: ReadonlyMap<string, readonly WouldBe[]>, one: WouldBe) =>
    (side.get(one.alarm) ?? []).some((alarm) => overlaps(one, alarm));
  const missed = asIs.filter((one) => !isIn(after, one));
  return {
    alarms: changed.map(other.body),
    tickets: other.tickets,
    same: asIs.length - missed.length,
    missed: missed.map(own.body),
    extra: changed.filter((one) => !isIn(before, one)).map(other.body),
  };
}

const PEOPLE: Text = {
  zh: "未计入：搁置、停用、作业票、消防测试；工单按告警全部恢复即关闭计。",
  en: "Left out: shelving, out of service, work permits, fire tests. A ticket counts as closed when its alarms are over.",
};

function leftOut({ suppressBy }: RuleDefinition): readonly Text[] {
  if (!suppressBy || suppressBy.length === 0) return [PEOPLE];
  const causes = suppressBy.map(({ rule }) => rule);
  return [
    PEOPLE,
    {
      zh: `未计入抑制：实际运行中，${causes.join("、")} 告警期间本规则不报警。`,
      en: `Suppression is left out: in the house this rule is silent during an alarm of ${causes.join(", ")}.`,
    },
  ];
}
