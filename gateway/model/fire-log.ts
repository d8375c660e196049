/** 消防控制室值班记录: one entry of the fire control room's log, due every two hours. */
import type { EquipmentCheck, ShiftSnapshot, Signature } from "./paper.ts";
import type { Text } from "./text.ts";
import type { Instant, Span } from "./time.ts";

/** What the fire panel shows: 正常 火警 误报 故障 监管 屏蔽. */
export const panelStates = ["normal", "fire", "false-alarm", "fault", "supervisory", "disabled"] as const;
export type PanelState = (typeof panelStates)[number];
/** 联动: whether the panel starts fans, lifts and doors by itself. */
export const linkageStates = ["automatic", "manual"] as const;
export type LinkageState = (typeof linkageStates)[number];

export interface FireLogPolicy {
  /** Between two entries; divides a day, counted from midnight. */
  readonly every: Span;
  /** Whether an entry falls due at each change of shift of these roles as well. */
  readonly atHandover?: boolean | undefined;
  /** How long after the hour an entry may still be made before the lead is told. */
  readonly grace: Span;
  /** Whose log it is: who of them is on duty stands in the entry. */
  readonly roles: readonly string[];
  readonly tell: readonly string[];
  readonly checks: readonly { readonly id: string; readonly text: Text }[];
  /** So many people are in the room at any time; `gatehouse check` holds the rota against it, and the lead is told when it is so. */
  readonly atLeast?: number | undefined;
  /** Nobody of these roles is there longer without a break, in one shift or several. */
  readonly longestShift?: Span | undefined;
}

/** What the person at the panel wrote. */
export interface FireLogEntry {
  readonly panel: PanelState;
  readonly linkage: LinkageState;
  /** 报警、故障部位、原因及处理情况. */
  readonly remarks: string;
}

/** A fire drill that ran since the entry before: whoever reads the log must not take it for a fire. */
export interface FireDrill {
  readonly ticket: string;
  readonly title: Text;
  readonly from: Instant;
  /** Absent while it goes on. */
  readonly to?: Instant;
}

export interface FireLog {
  readonly kind: "fire-log";
  /** `XF20261121-2200`: local date and time at which it was due. */
  readonly id: string;
  readonly state: "open" | "closed";
  readonly at: Instant;
  /** Without an entry by then, the lead is told. */
  readonly fillBy: Instant;
  /** Person ids of people.yaml: who was on duty when it was due. Nobody who only stands in for an empty room. */
  readonly onDuty: readonly string[];
  readonly checks: readonly EquipmentCheck[];
  /** Due at a change of shift: who left the room and who came, by the rota. */
  readonly handover?: { readonly leaving: readonly string[]; readonly coming: readonly string[] };
  readonly entry?: FireLogEntry;
  /** What the house itself knew of the fire system when the entry was made. */
  readonly seen?: Pick<ShiftSnapshot, "at" | "alarms" | "silent"> & { readonly drills?: readonly FireDrill[] };
  readonly filledBy?: Signature;
  readonly leadTold?: true;
}

/** A stretch in which the rota left the fire control room with too few people, or one person in it for too long. */
export interface FireRoomGap {
  readonly kind: "fire-room";
  /** `XG20261121-2000-few`: local date and time at which it began; `XG20261121-0800-long-li-na`: of the stretch of that person. */
  readonly id: string;
  readonly state: "open" | "closed";
  /** Since when it is so, as far as the house saw it. */
  readonly at: Instant;
  /** Absent while it goes on. */
  readonly to?: Instant;
  /** Person ids of people.yaml: who was in the room when it began. */
  readonly onDuty: readonly string[];
  readonly asked: { readonly atLeast: number } | { readonly longest: Span; readonly person: string };
}
