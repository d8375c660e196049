/** What the API is handed, and what every route reads from it. Nothing here is global and nothing opens a socket. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Actor } from "#model/account";
import type { Delivery, Message } from "#model/message";
import type { Command } from "#model/plan";
import type { RuleDefinition } from "#model/rule";
import type { Device, Site } from "#model/site";
import type { Text } from "#model/text";
import type { Clock, Instant } from "#model/time";
import type { Fitted } from "../../rules/tuning/in-force.ts";
import type { LinkDiagnosis } from "../acquisition/diagnosis.ts";
import type { Frame } from "../acquisition/frame-ring.ts";
import type { Backtests } from "../backtest/backtests.ts";
import type { Door, Reply } from "../door.ts";
import type { Feed } from "../feed.ts";
import type { Historian } from "../history/historian.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Limits } from "../net/limits.ts";
import type { Listen } from "../net/listen.ts";
import { Refused } from "../net/refused.ts";
import type { NorthStanding } from "../northbound/open-north.ts";
import type { ChannelStanding } from "../notify/health.ts";
import type { Keyring } from "../people/keyring.ts";
import type { Vault } from "../people/vault.ts";
import type { CheckedRules } from "../site/check-rule-text.ts";
import type { Store } from "../store/store.ts";
import type { Names } from "./lines/line.ts";
import type { DeviceReading, PointTable } from "./project.ts";
import { roleNamer, type TicketView } from "./project-ticket.ts";
import type { WriteDesk } from "./write-desk.ts";

/** The control port of the simulators, reached by whoever may send HTTP. Rejects when they do not answer. */
export interface SimulatorControl {
  /** `body`: JSON text. The answer's body is JSON text as it came, or what was read from it. */
  request(
    method: "GET" | "POST",
    path: string,
    body?: string,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

export interface ApiInput {
  readonly site: Site;
  readonly door: Door;
  readonly feed: Feed;
  readonly store: Store;
  readonly table: PointTable;
  readonly historian: Historian;
  readonly backtests: Backtests;
  /** Devices as the acquisition sees them now. */
  readonly devices: () => readonly DeviceReading[];
  /** Diagnostics of every link, and its last frames. */
  readonly links: () => readonly LinkDiagnosis[];
  readonly frames: (link: string, after: number) => readonly Frame[] | undefined;
  /** Where every write is asked for, from the screens and from the north, so that two of one point never cross. */
  readonly writeDesk: WriteDesk;
  /** What signs and seals, and where what belongs to people stands. */
  readonly keys: Keyring;
  readonly vault: Vault;
  /** The targets in the north. */
  readonly north: () => readonly NorthStanding[];
  /** The ways out for messages, and the way to try one. */
  readonly channels: () => readonly ChannelStanding[];
  readonly tryChannel: (channel: string, person: string) => Promise<Delivery | undefined>;
  /** This message did not arrive: the next way to its person goes out now. */
  readonly nextWay: (message: Message) => void;
  /** The rules in force, where each runs, and how it reads. */
  readonly rules: readonly {
    readonly rule: RuleDefinition;
    readonly devices: readonly string[];
    readonly sentence: Text;
  }[];
  /** Learned values that were applied, and the devices as they go by them. */
  readonly learned: () => Fitted;
  /** Checks a text as a rule file of this site. */
  readonly checkRules: (text: string) => CheckedRules;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly clockTrusted: () => boolean;
  readonly log: Log;
  /** Folder of the built console. */
  readonly console: string;
  readonly simulator?: SimulatorControl;
  readonly version: string;
  /** An admin token for scripts; only heard while the site is simulated. */
  readonly demoToken?: string;
  readonly listen: Listen;
  /** Limits that differ from the defaults. */
  readonly limits?: Partial<Limits>;
}

/** Fastify with zod schemas as types. */
export type Server = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface ApiHouse extends ApiInput {
  readonly limits: Limits;
  readonly secure: boolean;
  readonly startedAt: Instant;
  readonly devicesById: ReadonlyMap<string, Device>;
  /** Handle of a point by its id. */
  readonly handles: ReadonlyMap<string, number>;
  readonly ticketView: TicketView;
  readonly names: Names;
  /** Date and time in the site's zone, for sentences. */
  clockTime(at: Instant): string;
  reading(device: string): DeviceReading | undefined;
  /** Takes a command through the door. Returns the reply, or throws the refusal as it goes to the person. */
  act(id: string, actor: Actor, command: Command): Promise<Extract<Reply, { ok: true }>>;
  /** Rows that a slice decided. */
  record(rows: Extract<Parameters<Door["take"]>[0], { type: "record" }>["rows"]): Promise<void>;
}

export function furnish(input: ApiInput, limits: Limits): ApiHouse {
  const { site, door } = input;
  const devicesById = new Map(site.devices.map((device) => [device.id, device]));
  const people = new Map(site.people.people.map((person) => [person.id, person.name]));
  return {
    ...input,
    limits,
    secure: input.listen.tls !== undefined,
    startedAt: input.clock.now(),
    devicesById,
    handles: new Map(input.table.definitions.map((point, handle) => [point.id, handle])),
    ticketView: { site, papers: door.house.papers, devices: devicesById },
    names: {
      actor: (id) =>
        id === "gatehouse"
          ? "Gatehouse"
          : (door.house.accounts.get(id)?.name ?? door.house.tokens.get(id)?.name ?? people.get(id) ?? id),
      role: roleNamer(site),
      alarm: (id) => {
        const [rule, device] = [id.slice(0, id.lastIndexOf("@")), id.slice(id.lastIndexOf("@") + 1)];
        const title = input.rules.find((one) => one.rule.id === rule)?.rule.title;
        const name = devicesById.get(device)?.name;
        const say = (language: "zh" | "en") =>
          title ? [name?.[language], title[language]].filter(Boolean).join(" ") : id;
        return { zh: say("zh"), en: say("en") };
      },
    },
    clockTime: (at) =>
      Temporal.Instant.fromEpochMilliseconds(at)
        .toZonedDateTimeISO(site.zone)
        .toPlainDateTime()
        .toString({ smallestUnit: "minute" })
        .replace("T", " "),
    reading: (id) => input.devices().find((one) => one.device === id),
    ...throughDoor(door),
  };
}

/** Commands and rows through the door; what it refuses is thrown. */
export function throughDoor(door: Door): Pick<ApiHouse, "act" | "record"> {
  return {
    async act(id, actor, command) {
      const reply = await door.take({ type: "command", id, actor, command });
      if (reply.ok) return reply;
      throw refused(reply);
    },
    async record(rows) {
      const reply = await door.take({ type: "record", rows });
      if (!reply.ok) throw refused(reply);
    },
  };
}

function refused({ refusal }: Extract<Reply, { ok: false }>): Refused {
  return new Refused(refusal.status, refusal.code, refusal.message.zh, refusal.message.en, refusal.detail);
}
