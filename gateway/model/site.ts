/** A site after parsing: only good values, every reference resolved. */

import type { BrokerSettings } from "./broker.ts";
import type { FloodLimits } from "./flood.ts";
import type { NorthSettings } from "./north.ts";
import type { ResidentContact, ResidentWay } from "./notice.ts";
import type { PointDefinition, Suspect } from "./points.ts";
import type { Policy } from "./policy.ts";
import type { Problem } from "./problem.ts";
import type { RuleDefinition } from "./rule.ts";
import type { Text } from "./text.ts";
import { days, type Instant, type Span } from "./time.ts";

export const deviceKinds = [
  "elevator",
  "water",
  "fire",
  "access",
  "power",
  "gas",
  "ups",
  "generator",
  "gateway",
] as const;
export type DeviceKind = (typeof deviceKinds)[number];

export interface Place {
  readonly building?: string;
  readonly floor?: string;
  readonly room?: string;
}

export interface Device {
  readonly id: string;
  readonly name: Text;
  readonly kind: DeviceKind;
  readonly profile?: string;
  readonly place: Place;
  /** Id of a `SiteLink`. */
  readonly link: string;
  /** Modbus unit id; 1 when not told. */
  readonly unit: number;
  /** Facts that no register tells, and overrides of rule parameters: ratedSpeed, floors, normalFlow, … */
  readonly params: Readonly<Record<string, number | boolean>>;
  /** Names in `params` that the device's own entry gives; the others come from its profile. */
  readonly ownParams?: readonly string[];
  readonly dependsOn: readonly string[];
  /** Words by which rules select it. */
  readonly tags?: readonly string[];
  /** Handles, i.e. positions in `Site.points`. */
  readonly points: readonly number[];
  /** Largest number of registers the device answers in one read; 125 when not told. */
  readonly maxRegisters: number;
  /** Answers that mean that the device behind a gateway is dead. */
  readonly suspect?: readonly Suspect[];
}

/** One connection to the south; devices with equal driver and settings share it. */
export interface SiteLink {
  readonly id: string;
  /** Key in the driver catalog, e.g. `modbus-tcp`. */
  readonly driver: string;
  readonly settings: unknown;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  /** Contacts are secrets of a person: never logged, never in the API. */
  readonly phone?: string;
  readonly email?: string;
  /** Certificates and what the person is able to do; `until`: the last day on which it holds, `2027-03-31`. */
  readonly skills?: readonly { readonly skill: string; readonly until?: string }[];
  /** A firm from outside, which answers for the certificates of its own people. */
  readonly contractor?: boolean;
}

/** Days on which somebody does not work, both included: `2026-11-21`. */
export interface Leave {
  readonly person: string;
  readonly from: string;
  readonly to: string;
}

/** For a while somebody stands in for somebody else, in every team and shift of theirs. */
export interface StandIn {
  readonly for: string;
  readonly by: string;
  readonly from: Instant;
  readonly to: Instant;
}

export interface Shift {
  readonly team: string;
  readonly people: readonly string[];
  /** ISO weekday numbers, 1 = Monday; all seven when not told. */
  readonly days: readonly number[];
  /** Minutes after local midnight; `to` <= `from` means over midnight. */
  readonly from: number;
  readonly to: number;
}

export interface Team {
  readonly id: string;
  readonly name: Text;
  /** Roles of the response policy that this team answers for. */
  readonly roles: readonly string[];
  readonly people: readonly string[];
  /** Building in which the team has its place, for whoever is nearest. */
  readonly building?: string;
}

export interface People {
  readonly teams: readonly Team[];
  readonly people: readonly Person[];
  readonly shifts: readonly Shift[];
  readonly leave?: readonly Leave[];
  readonly standIns?: readonly StandIn[];
  /** Person told when a role has nobody on duty; never empty. */
  readonly fallback: string;
}

/** A way out for messages; settings are parsed by the channel's own schema. */
export interface ChannelSetting {
  readonly id: string;
  readonly kind: string;
  readonly settings: unknown;
}

/** Who lives here and how they are told: apart from the channels to the crew, so that neither hears what is for the other. */
export interface Residents {
  readonly households: number;
  readonly channels: readonly ChannelSetting[];
  /** Each channel, and what is done by hand. */
  readonly ways: readonly ResidentWay[];
  readonly contacts: readonly ResidentContact[];
}

/** How long samples and their aggregates are kept, and how much room they may take. */
export interface HistorySettings {
  readonly raw: Span;
  readonly minutes: Span;
  readonly hours: Span;
  /** Bytes that `history.db` may fill. */
  readonly cap: number;
  /** Bytes that stay free on the disk for alarms and tickets: below it the history stops first. */
  readonly reserve: number;
}

/** Engineering judgement: two weeks to look at anything closely, a quarter by minutes, five years by hours. */
export const usualHistory: HistorySettings = {
  raw: days(14),
  minutes: days(90),
  hours: days(1_825),
  cap: 20e9,
  reserve: 200e6,
};

export interface Site {
  readonly id: string;
  readonly name: Text;
  /** IANA zone, e.g. Asia/Shanghai. */
  readonly zone: string;
  readonly rescueZone: "urban" | "other";
  readonly simulated: boolean;
  readonly listen: { readonly host: string; readonly port: number };
  /** Where phones reach this gateway, without a slash at the end; links in messages begin with it, and are left out without it. */
  readonly publicUrl?: string;
  readonly folder: string;
  /** SHA-256 over all files that were read, first 12 hex digits. */
  readonly revision: string;
  /** Those that devices use. */
  readonly links: readonly SiteLink[];
  /** Named in site.yaml and not used by any device yet; for tools that look at a link before its devices are written. */
  readonly spareLinks?: readonly SiteLink[];
  readonly devices: readonly Device[];
  readonly points: readonly PointDefinition[];
  /** Library rules with the site's overrides, and the site's own. */
  readonly rules: readonly RuleDefinition[];
  readonly policy: Policy;
  readonly people: People;
  readonly channels: readonly ChannelSetting[];
  readonly residents?: Residents;
  /** Beside a simulated site: its fleet file, and the address of the simulator's control. */
  readonly simulator?: { readonly fleet: string; readonly control: string };
  /** Where lasting data goes when the environment does not say. */
  readonly store?: { readonly folder: string };
  /** The house's own MQTT broker. */
  readonly broker?: BrokerSettings;
  /** Where samples, alarms and tickets are sent. */
  readonly north?: NorthSettings;
  /** `usualHistory` when it is not told. */
  readonly history?: HistorySettings;
  readonly flood?: FloodLimits;
  readonly warnings: readonly Problem[];
}

/** What an alarm or ticket about a whole link has in the place of a device. */
const LINK = "link:";
export const linkPart = (link: string): string => `${LINK}${link}`;

/** The name of what an alarm or ticket is about: a device, or the link that is silent as a whole. */
export function partName(device: Device | undefined, id: string): Text {
  if (device) return device.name;
  if (!id.startsWith(LINK)) return { zh: id, en: id };
  return { zh: `通讯链路 ${id.slice(LINK.length)}`, en: `Link ${id.slice(LINK.length)}` };
}
