/** Rows of the stream that have the shape they should have. One that does not is left out: a broken row must not end the watch. */
import type { AlarmBody } from "../../../api/alarm-shapes.ts";
import type { DeviceBody, PointBody } from "../../../api/shapes.ts";
import type { TicketBody } from "../../../api/ticket-shapes.ts";
import { severities } from "./severity.ts";
import { zh } from "./words/zh.ts";

/** A table, so that the compiler asks for a new state here too. */
const DEVICE_STATES: Readonly<Record<DeviceBody["state"], true>> = {
  online: true,
  degraded: true,
  offline: true,
  unknown: true,
};

type Row = Readonly<Record<string, unknown>>;

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);
const strings = (row: Row, ...keys: readonly string[]): boolean => keys.every((key) => typeof row[key] === "string");
const numbers = (row: Row, ...keys: readonly string[]): boolean => keys.every((key) => Number.isFinite(row[key]));
const isText = (value: unknown): boolean => isRow(value) && strings(value, "zh", "en");
const texts = (row: Row, ...keys: readonly string[]): boolean => keys.every((key) => isText(row[key]));
const maybeText = (row: Row, ...keys: readonly string[]): boolean =>
  keys.every((key) => row[key] === undefined || isText(row[key]));
const among = (value: unknown, names: object): boolean => typeof value === "string" && Object.hasOwn(names, value);
const listOf = (value: unknown, fits: (row: Row) => boolean): boolean =>
  Array.isArray(value) && value.every((row: unknown) => isRow(row) && fits(row));
const areWords = (value: unknown): boolean =>
  Array.isArray(value) && value.every((word: unknown) => typeof word === "string");
const severe = (row: Row): boolean => severities.some((severity) => severity === row.severity);

export const isAlarm = (row: unknown): row is AlarmBody =>
  isRow(row) &&
  strings(row, "id", "rule", "device", "activeSince") &&
  texts(row, "deviceName", "title", "advice", "because") &&
  numbers(row, "occurrence", "count") &&
  isRow(row.place) &&
  severe(row) &&
  among(row.state, zh.alarm.state) &&
  listOf(row.inputs, (input) => strings(input, "point", "quality", "at"));

export const isTicket = (row: unknown): row is TicketBody =>
  isRow(row) &&
  strings(row, "no", "class", "openedAt") &&
  texts(row, "className", "title") &&
  maybeText(row, "deviceName", "cannotClose") &&
  numbers(row, "round", "rescueTier") &&
  isRow(row.place) &&
  severe(row) &&
  among(row.state, zh.ticket.state) &&
  areWords(row.alarms) &&
  areWords(row.can) &&
  listOf(
    row.clocks,
    (clock) =>
      among(clock.kind, zh.clock.kind) &&
      strings(clock, "state", "target", "startedAt", "dueAt", "warnAt", "pausedFor"),
  ) &&
  listOf(row.sop, (step) => strings(step, "step") && isText(step.text)) &&
  (row.next === undefined ||
    (isRow(row.next) && strings(row.next, "at", "step") && isText(row.next.say) && listOf(row.next.tell, isText)));

export const isDevice = (row: unknown): row is DeviceBody =>
  isRow(row) &&
  strings(row, "id", "since") &&
  texts(row, "name") &&
  maybeText(row, "because") &&
  numbers(row, "points", "pollWanted", "pollAchieved") &&
  isRow(row.place) &&
  among(row.kind, zh.kind) &&
  among(row.state, DEVICE_STATES);

export const isPoint = (row: unknown): row is PointBody =>
  isRow(row) &&
  strings(row, "id", "device", "key", "type") &&
  texts(row, "name") &&
  maybeText(row, "label", "reasonText") &&
  (row.range === undefined || (Array.isArray(row.range) && row.range.length === 2)) &&
  (row.quality === "good" || row.quality === "uncertain" || row.quality === "bad");
