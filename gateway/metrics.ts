/** The figures of the house for Prometheus: counters that the parts of the house raise, and Node's own. Names are contract. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type ClockKind, clockKinds } from "#model/policy";
import { type Quality, qualities } from "#model/quality";
import type { Severity } from "#model/severity";
import type { Span } from "#model/time";
import { type StandingLink, unitFigures } from "./unit-figures.ts";

/** What is counted at the moment of a scrape, not kept up to date between two. */
export interface Standing {
  readonly points: number;
  readonly alarms: readonly { readonly severity: Severity; readonly state: string; readonly count: number }[];
  /** Open ones that are no drill. */
  readonly tickets: Readonly<Record<Severity, number>>;
  readonly drills: number;
  readonly outbox: number;
  readonly links?: readonly StandingLink[];
  /** Samples that are not on the disk yet. */
  readonly history: number;
}

/** A queue towards the north, as its thread last told it. */
export interface NorthFigures {
  readonly bytes: number;
  readonly alarms: number;
  readonly samples: number;
  /** Seconds since the oldest of what waits came. */
  readonly age: number;
  /** Since the start of the gateway. */
  readonly sent: number;
  readonly up: boolean;
}

export interface Metrics {
  sampled(quality: Quality, count: number): void;
  /** One read on a link; `outcome` is `ok` or a reason of quality.ts. */
  read(link: string, outcome: string, took: Span): void;
  linkUp(link: string, up: boolean): void;
  rulesEvaluated(count: number): void;
  /** Conditions that ended before their delay was over. */
  pendingCancelled(count: number): void;
  /** From the receipt of the sample to the publishing of the alarm. */
  alarmPublished(delay: Span): void;
  clockBreached(kind: ClockKind): void;
  /** Something bounded was full: `what` names it, e.g. `live-values`. */
  dropped(what: string, count?: number): void;
  committed(took: Span): void;
  /** Once a second, of each target in the north. */
  north(target: string, figures: NorthFigures): void;
  /** Prometheus text. */
  render(standing: Standing): Promise<string>;
  readonly contentType: string;
}

/** From a commit in the page cache to one on a failing disk. */
const COMMIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5];
const READ_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3];
const ALARM_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 5];

const inSeconds = (span: Span): number => span / 1_000;

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const points = new Gauge({ name: "gatehouse_points", help: "Points of the site.", registers });
  const alarms = new Gauge({
    name: "gatehouse_alarms_active",
    help: "Alarms that are not normal, by severity and shown state.",
    labelNames: ["severity", "state"],
    registers,
  });
  const tickets = new Gauge({
    name: "gatehouse_tickets_open",
    help: "Tickets that are not closed, without drills.",
    labelNames: ["severity"],
    registers,
  });
  const drills = new Gauge({ name: "gatehouse_drills_open", help: "Drills that are not closed.", registers });
  const outbox = new Gauge({ name: "gatehouse_outbox_depth", help: "Messages that wait to be sent.", registers });
  const history = new Gauge({
    name: "gatehouse_history_queue",
    help: "Samples on their way to the history's file.",
    registers,
  });
  const samples = new Counter({
    name: "gatehouse_samples_total",
    help: "Samples settled, by quality.",
    labelNames: ["quality"],
    registers,
  });
  const reads = new Counter({
    name: "gatehouse_reads_total",
    help: "Reads of devices, by link and outcome.",
    labelNames: ["link", "outcome"],
    registers,
  });
  const readSeconds = new Histogram({
    name: "gatehouse_read_seconds",
    help: "Time from a read's request to its answer.",
    buckets: READ_BUCKETS,
    registers,
  });
  const links = new Gauge({
    name: "gatehouse_link_up",
    help: "1 while the link is connected.",
    labelNames: ["link"],
    registers,
  });
  const reconnects = new Gauge({
    name: "gatehouse_link_reconnects",
    help: "Times that the link came up again since the start of the gateway.",
    labelNames: ["link"],
    registers,
  });
  const breakers = new Gauge({
    name: "gatehouse_breakers_open",
    help: "Units of the link that are not asked for now, since they did not answer.",
    labelNames: ["link"],
    registers,
  });
  const units = unitFigures(registers);
  const cancelled = new Counter({
    name: "gatehouse_pending_cancelled_total",
    help: "Conditions of rules that ended before their delay was over.",
    registers,
  });
  const rules = new Counter({
    name: "gatehouse_rules_evaluated_total",
    help: "Rule instances run, because an input changed or a timer was due.",
    registers,
  });
  const alarmDelay = new Histogram({
    name: "gatehouse_alarm_delay_seconds",
    help: "From the receipt of a sample to the publishing of its alarm.",
    buckets: ALARM_BUCKETS,
    registers,
  });
  const breaches = new Counter({
    name: "gatehouse_clock_breaches_total",
    help: "Response clocks that passed their due instant, without drills.",
    labelNames: ["kind"],
    registers,
  });
  const drops = new Counter({
    name: "gatehouse_dropped_total",
    help: "What was dropped because a bounded queue was full.",
    labelNames: ["what"],
    registers,
  });
  const commits = new Histogram({
    name: "gatehouse_commit_seconds",
    help: "Time of one commit of the house database.",
    buckets: COMMIT_BUCKETS,
    registers,
  });

  const north = {
    bytes: new Gauge({
      name: "gatehouse_north_queue_bytes",
      help: "Bytes that wait on the disk for a target in the north.",
      labelNames: ["target"],
      registers,
    }),
    waiting: new Gauge({
      name: "gatehouse_north_queue",
      help: "Changes of alarms and tickets, and samples, that wait for a target.",
      labelNames: ["target", "what"],
      registers,
    }),
    age: new Gauge({
      name: "gatehouse_north_oldest_seconds",
      help: "How long the oldest of what waits for a target has waited.",
      labelNames: ["target"],
      registers,
    }),
    sent: new Gauge({
      name: "gatehouse_north_sent",
      help: "Samples and changes that a target has taken since the start.",
      labelNames: ["target"],
      registers,
    }),
    up: new Gauge({
      name: "gatehouse_north_up",
      help: "1 while a target takes what it is sent.",
      labelNames: ["target"],
      registers,
    }),
  };

  // Rows that stand at zero from the start: a rate over a row that appears with its first event misses that event.
  for (const quality of qualities) samples.inc({ quality }, 0);
  for (const kind of clockKinds) breaches.inc({ kind }, 0);
  drops.inc({ what: "history" }, 0);

  return {
    sampled: (quality, count) => samples.inc({ quality }, count),
    read(link, outcome, took) {
      reads.inc({ link, outcome });
      readSeconds.observe(inSeconds(took));
    },
    linkUp: (link, up) => links.set({ link }, up ? 1 : 0),
    rulesEvaluated: (count) => rules.inc(count),
    pendingCancelled: (count) => cancelled.inc(count),
    alarmPublished: (delay) => alarmDelay.observe(inSeconds(delay)),
    clockBreached: (kind) => breaches.inc({ kind }),
    dropped: (what, count = 1) => drops.inc({ what }, count),
    committed: (took) => commits.observe(inSeconds(took)),
    north(target, { bytes, alarms: urgent, samples: waiting, age, sent, up }) {
      north.bytes.set({ target }, bytes);
      north.waiting.set({ target, what: "alarms" }, urgent);
      north.waiting.set({ target, what: "samples" }, waiting);
      north.age.set({ target }, age);
      north.sent.set({ target }, sent);
      north.up.set({ target }, up ? 1 : 0);
    },
    render(standing) {
      points.set(standing.points);
      drills.set(standing.drills);
      outbox.set(standing.outbox);
      history.set(standing.history);
      alarms.reset();
      for (const { severity, state, count } of standing.alarms) alarms.set({ severity, state }, count);
      for (const [severity, count] of Object.entries(standing.tickets)) tickets.set({ severity }, count);
      for (const one of standing.links ?? []) {
        reconnects.set({ link: one.link }, one.reconnects);
        breakers.set({ link: one.link }, one.units.filter(({ breaker }) => breaker !== "closed").length);
      }
      units.show(standing.links ?? []);
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
