/**
 * Line protocol for InfluxDB: what each sample and each change of an alarm or ticket becomes. `docs/north.md` has the scheme.
 * A sample's time has milliseconds, an alarm's the number of its journal row behind them: the same thing sent twice falls
 * on itself, and two changes in one millisecond do not.
 */
import influx from "influx";
import { BAD, qualities, reasons } from "#model/quality";
import { formatInstant, instant } from "#model/time";
import { qualityOf, reasonOf } from "../../history/block.ts";
import type { AlarmTold, Told } from "../record.ts";
import type { NorthPoint } from "../sender.ts";
import type { Samples } from "../waiting.ts";

const { tag } = influx.escape;
const NANO = 1_000_000;

/** A text as a field, in one line. The package's own `quoted` doubles a backslash before an apostrophe. */
const field = (text: string): string => `"${text.replace(/\p{Cc}+/gu, " ").replace(/["\\]/g, "\\$&")}"`;
const tags = (of: Readonly<Record<string, string>>): string =>
  Object.entries(of)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `,${tag(key)}=${tag(value)}`)
    .join("");

/** By id of the point: what stands in front of the fields. */
export type SeriesKeys = (point: string) => string;

export function seriesKeys(site: string, points: readonly NorthPoint[]): SeriesKeys {
  const known = new Map(
    points.map(({ id, device, key, kind }) => [id, `point${tags({ device, kind, point: key, site })} `]),
  );
  return (id) => {
    const key = known.get(id);
    if (key !== undefined) return key;
    // A point that the site had when the sample was taken and has no more.
    const dot = id.indexOf(".");
    const made = `point${tags({ device: id.slice(0, dot), point: id.slice(dot + 1), site })} `;
    known.set(id, made);
    return made;
  };
}

/** Precision: ms. */
export function sampleLines({ count, point, at, value, code, text }: Samples, keyOf: SeriesKeys): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const quality = qualityOf(code[i] as number);
    const reason = reasonOf(code[i] as number);
    const number = value[i] as number;
    const told = text.get(i);
    let fields = `quality="${qualities[quality]}"`;
    if (quality !== BAD && told !== undefined) fields = `text=${field(told)},${fields}`;
    else if (quality !== BAD && Number.isFinite(number)) fields = `value=${number},${fields}`;
    if (reason !== 0) fields += `,reason="${reasons[reason]}"`;
    lines.push(`${keyOf(point[i] as string)}${fields} ${at[i]}`);
  }
  return lines.join("\n");
}

/** Whether this row tells the beginning of an occurrence, whatever else happened in it. */
const began = ({ active, activeSince }: AlarmTold, at: number): boolean =>
  active && activeSince === formatInstant(instant(at));

/** Precision: ns. A row about both an alarm and a ticket gives two lines. */
export function toldLines(rows: readonly Told[], site: string): string {
  return rows
    .flatMap(({ seq, at, event, alarm, ticket }) => {
      const time = BigInt(at) * BigInt(NANO) + BigInt(seq % NANO);
      const lines: string[] = [];
      if (alarm) {
        const { device, rule, severity } = alarm;
        lines.push(
          `alarm${tags({ device, rule, severity, site })} active=${alarm.active},began=${began(alarm, at)},because_en=${field(alarm.because.en)},` +
            `because_zh=${field(alarm.because.zh)},count=${alarm.count}i,event=${field(event)},` +
            `occurrence=${alarm.occurrence}i,state=${field(alarm.state)} ${time}`,
        );
      }
      if (ticket) {
        const { severity } = ticket;
        // A drill is a series of its own; what is real has no such tag and keeps the series that it always had.
        const drill = ticket.drill ? "true" : "";
        lines.push(
          `ticket${tags({ class: ticket.class, device: ticket.device ?? "", drill, severity, site })} event=${field(event)},` +
            `no=${field(ticket.no)},open=${ticket.open},round=${ticket.round}i,state=${field(ticket.state)},` +
            `title_en=${field(ticket.title.en)},title_zh=${field(ticket.title.zh)} ${time}`,
        );
      }
      return lines;
    })
    .join("\n");
}
