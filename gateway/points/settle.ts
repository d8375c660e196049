/** Settling: a raw number becomes a value with a quality, or no value with a reason. The hot path; it makes no objects. */
import { BAD, GOOD, type Reason, reasonCode, UNCERTAIN } from "#model/quality";
import type { Moment, Span } from "#model/time";
import type { TextTold, Told } from "../../drivers/driver.ts";
import { isLate, keepLate, takeLate } from "./late.ts";
import { forgetMovement, standsStill } from "./movement.ts";
import { forgetOrder, noteNewest } from "./order.ts";
import { type PointTable, ROW_BOOL, ROW_ENUM, ROW_TEXT } from "./table.ts";
import { cameFresh, countsAsNew, endWaiting, isOld } from "./waited.ts";

const NONE = reasonCode("none");
const NOT_AVAILABLE = reasonCode("not-available");
const OUT_OF_RANGE = reasonCode("out-of-range");
const NOT_A_NUMBER = reasonCode("nan");
const UNKNOWN_CODE = reasonCode("unknown-code");
const DECODE = reasonCode("decode");
const FROZEN = reasonCode("frozen");

/** Clocks of one site differ by less when they are set at all; a source further ahead of us is wrong. */
const MOST_AHEAD = 2_000;
/** 2000-01-01: a device whose clock was never set says 1970 or 1900. */
const CLOCK_NEVER_SET = 946_684_800_000;

/**
 * Writes `count` raw numbers into the rows of `handles`, all received at `at`. The handles whose value, quality or reason
 * changed are put into `changed`, which must have room for `count`; their number is the result.
 *
 * Order of judgement: "not available" codes (raw), not a finite number, scale and offset, then code or range, then whether
 * it has stood still for longer than it may. A sample that came late, or is of the past, changes no row (`late.ts`,
 * `waited.ts`). A bool is 1
 * for every raw number but 0, before and after scale and offset, so that `scale: -1, offset: 1` turns it round. While the
 * quality stays good, a change of at most the deadband since the last reported value is not reported.
 */
export function settle(
  table: PointTable,
  handles: Int32Array,
  raw: Float64Array,
  count: number,
  at: Moment,
  changed: Int32Array,
  told?: Told,
): number {
  const { sourceAt, uncertain, past, sent = false } = told ?? {};
  let found = 0;
  for (let i = 0; i < count; i += 1) {
    const handle = handles[i] as number;
    const before = raw[i] as number;
    const value = before * (table.scale[handle] as number) + (table.offset[handle] as number);
    let reason = reasonAgainst(table, handle, before, value);
    const settled =
      reason === NONE && table.kind[handle] === ROW_BOOL
        ? asBool(before, table.scale[handle] as number, table.offset[handle] as number)
        : value;
    if (sourceAt !== undefined) {
      const source = sourceAt[i] as number;
      const unsure = uncertain?.[i] ?? 0;
      if (isLate(table, handle, source)) {
        heard(table, handle, at);
        if (reason === NONE) takeLate(table, handle, settled, source, unsure);
        continue;
      }
      if (past?.[i] === 1) {
        if (reason === NONE && isTrue(source, at)) keepLate(table, handle, settled, source, unsure);
        continue;
      }
      if (isTrue(source, at)) {
        if (isOld(table, handle, source, at, sent)) {
          const waiting = { value: settled, source, uncertain: unsure, at };
          if (reason !== NONE || !countsAsNew(table, handle, waiting)) {
            if (reason === NONE) keepLate(table, handle, settled, source, unsure);
            continue;
          }
        } else cameFresh(table, handle, source, at);
      }
      received(table, handle, at);
      stamped(table, handle, source, at);
      if (reason === NONE) noteOrder(table, handle, settled);
    } else received(table, handle, at);
    if (standsStill(table, handle, before, at.mono) && reason === NONE) reason = FROZEN;
    const isChanged =
      reason === NONE
        ? keep(table, handle, settled, uncertain?.[i] === 1 ? UNCERTAIN : GOOD)
        : keepBad(table, handle, reason);
    if (isChanged) {
      changed[found] = handle;
      found += 1;
    }
  }
  return found;
}

/** Why this number is no value; NONE for one that is. */
function reasonAgainst(table: PointTable, handle: number, raw: number, value: number): number {
  const kind = table.kind[handle];
  if (table.notAvailable[handle]?.has(raw)) return NOT_AVAILABLE;
  if (!Number.isFinite(value)) return NOT_A_NUMBER;
  if (kind === ROW_BOOL) return NONE;
  if (kind === ROW_TEXT) return DECODE;
  if (kind === ROW_ENUM && table.codes[handle]?.has(value) === false) return UNKNOWN_CODE;
  return value < (table.low[handle] as number) || value > (table.high[handle] as number) ? OUT_OF_RANGE : NONE;
}

/** A text point's value; a text for any other point cannot be decoded. True when the row changed. */
export function settleText(table: PointTable, handle: number, text: string, at: Moment, told?: TextTold): boolean {
  const source = told?.sourceAt ?? Number.NaN;
  if (isLate(table, handle, source)) {
    heard(table, handle, at);
    return false;
  }
  const unsure = told?.uncertain ? 1 : 0;
  if (isTrue(source, at)) {
    if (!isOld(table, handle, source, at, told?.sent ?? false)) cameFresh(table, handle, source, at);
    else if (!countsAsNew(table, handle, { value: text, source, uncertain: unsure, at })) return false;
  }
  received(table, handle, at);
  stamped(table, handle, source, at);
  return keepText(table, handle, text, unsure === 1 ? UNCERTAIN : GOOD);
}

function keepText(table: PointTable, handle: number, text: string, quality: typeof GOOD | typeof UNCERTAIN): boolean {
  if (table.kind[handle] !== ROW_TEXT) return keepBad(table, handle, DECODE);
  const same = table.quality[handle] === quality && table.text.get(handle) === text;
  table.text.set(handle, text);
  table.quality[handle] = quality;
  table.reason[handle] = NONE;
  return !same;
}

/**
 * What waited because it looked old and is the present all the same. Called now and then; the handles that changed are put into
 * `changed`, their number is the result.
 */
export function settleWaiting(table: PointTable, mono: Span, changed: Int32Array): number {
  let found = 0;
  endWaiting(table, mono, (handle, { value, source, uncertain, at }) => {
    received(table, handle, at);
    stamped(table, handle, source, at);
    const quality = uncertain === 1 ? UNCERTAIN : GOOD;
    const isChanged =
      typeof value === "string" ? keepText(table, handle, value, quality) : keep(table, handle, value, quality);
    if (!isChanged) return;
    changed[found] = handle;
    found += 1;
  });
  return found;
}

/** The source says that these rows are as last reported: they are as fresh as `at`. Rows that are bad stay as they are. */
export function confirm(table: PointTable, handles: Int32Array, count: number, at: Moment): void {
  for (let i = 0; i < count; i += 1) {
    const handle = handles[i] as number;
    if (table.quality[handle] === BAD) continue;
    table.receivedAt[handle] = at.now;
    table.receivedMono[handle] = at.mono;
  }
}

/**
 * Takes the value away from `count` rows and says why. The instants of the last sample stay, so the age of what was known
 * can be told. Same result as `settle`.
 */
export function markBad(
  table: PointTable,
  handles: Int32Array,
  count: number,
  reason: Reason,
  changed: Int32Array,
): number {
  const code = reasonCode(reason);
  let found = 0;
  for (let i = 0; i < count; i += 1) {
    const handle = handles[i] as number;
    if (code !== FROZEN) forgetMovement(table, handle);
    if (!keepBad(table, handle, code)) continue;
    changed[found] = handle;
    found += 1;
  }
  return found;
}

function received(table: PointTable, handle: number, at: Moment): void {
  table.sourceAt[handle] = at.now;
  heard(table, handle, at);
}

/** The source lives: what it said last is not stale. */
function heard(table: PointTable, handle: number, at: Moment): void {
  table.receivedAt[handle] = at.now;
  table.receivedMono[handle] = at.mono;
}

/** A stamp that cannot be true would make old data look fresh, or date it before the device was built. */
const isTrue = (source: number, at: Moment): boolean => source > CLOCK_NEVER_SET && source <= at.now + MOST_AHEAD;

function stamped(table: PointTable, handle: number, source: number, at: Moment): void {
  if (!isTrue(source, at)) return;
  table.sourceAt[handle] = source;
  table.newestSource[handle] = source;
}

/** The row has just taken a stamped value: a later one may turn out to have been measured before it. */
function noteOrder(table: PointTable, handle: number, value: number): void {
  const { sourceAt, receivedMono, newestSource } = table;
  const source = sourceAt[handle] as number;
  if (source === newestSource[handle]) noteNewest(table.order, handle, source, receivedMono[handle] as number, value);
}

const asBool = (raw: number, scale: number, offset: number): number =>
  (raw === 0 ? 0 : 1) * scale + offset === 0 ? 0 : 1;

function keep(table: PointTable, handle: number, value: number, quality: typeof GOOD | typeof UNCERTAIN): boolean {
  const wasSame = table.quality[handle] === quality;
  table.value[handle] = value;
  table.quality[handle] = quality;
  table.reason[handle] = NONE;
  const moved = Math.abs(value - (table.reported[handle] as number));
  if (wasSame && moved <= (table.deadband[handle] as number)) return false;
  table.reported[handle] = value;
  return true;
}

/** A value that is not good is not kept: nobody can take it for a value by mistake. */
function keepBad(table: PointTable, handle: number, reason: number): boolean {
  const same = table.quality[handle] === BAD && table.reason[handle] === reason;
  forgetOrder(table.order, handle);
  table.value[handle] = Number.NaN;
  table.quality[handle] = BAD;
  table.reason[handle] = reason;
  if (table.kind[handle] === ROW_TEXT) table.text.delete(handle);
  return !same;
}
