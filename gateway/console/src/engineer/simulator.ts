/** What the simulator's answers look like, read with care: the board shows what it understands and nothing else. */
import { type Severity, severities } from "../shared/severity.ts";

interface Text {
  readonly zh: string;
  readonly en: string;
}

/** An alarm that must come, `within` seconds after the story's decisive moment. */
export interface Follows {
  readonly rule: string;
  readonly severity: Severity;
  readonly within: number;
}

/** What a story can be varied by. */
export interface Parameter {
  readonly name: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly whole: boolean;
  readonly tells: Text;
}

export interface Scenario {
  readonly name: string;
  readonly kind: string;
  readonly title: Text;
  readonly tells?: Text;
  readonly parameters: readonly Parameter[];
  readonly follows: readonly Follows[];
}

/** One that was played from the board, with the tickets that came of it. */
export interface Story {
  readonly title: Text;
  readonly device: string;
  readonly by: string;
  readonly at: string;
  readonly tickets: readonly { readonly no: string; readonly title: Text; readonly severity: Severity }[];
}

export interface SimulatedDevice {
  readonly id: string;
  readonly kind: string;
}

export interface Playing {
  readonly scenario: string;
  readonly device: string;
  /** Seconds since the decisive moment; negative or absent while the device is still brought to its start. */
  readonly sinceStart?: number;
}

export interface Board {
  readonly devices: readonly SimulatedDevice[];
  readonly scenarios: readonly Scenario[];
  readonly playing: readonly Playing[];
  /** Newest first. */
  readonly stories: readonly Story[];
}

type Fields = Readonly<Record<string, unknown>>;

const fields = (body: unknown): Fields => (typeof body === "object" && body !== null ? (body as Fields) : {});
const list = (body: unknown): readonly unknown[] => (Array.isArray(body) ? body : []);
const word = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function textOf(value: unknown): Text | undefined {
  const { zh, en } = fields(value);
  return word(zh) !== undefined && word(en) !== undefined ? { zh: String(zh), en: String(en) } : undefined;
}

function followsOf(value: unknown): Follows[] {
  return list(value).flatMap((row) => {
    const { rule, severity, within } = fields(row);
    const known = severities.find((one) => one === severity);
    return word(rule) !== undefined && known && typeof within === "number"
      ? [{ rule: String(rule), severity: known, within }]
      : [];
  });
}

function parametersOf(value: unknown): Parameter[] {
  return Object.entries(fields(value)).flatMap(([name, row]) => {
    const { default: usual, min, max, unit, whole, tells } = fields(row);
    const told = textOf(tells);
    if (typeof usual !== "number" || typeof min !== "number" || typeof max !== "number" || !told) return [];
    return [{ name, default: usual, min, max, unit: word(unit) ?? "", whole: whole === true, tells: told }];
  });
}

function storiesOf(value: unknown): Story[] {
  return list(value).flatMap((row) => {
    const { title, device, by, at, tickets } = fields(row);
    const [told, where, when] = [textOf(title), word(device), word(at)];
    if (!told || where === undefined || when === undefined || Number.isNaN(Date.parse(when))) return [];
    const came = list(tickets).flatMap((one) => {
      const { no, title: name, severity } = fields(one);
      const [number, text, known] = [word(no), textOf(name), severities.find((each) => each === severity)];
      return number !== undefined && text && known ? [{ no: number, title: text, severity: known }] : [];
    });
    return [{ title: told, device: where, by: word(by) ?? "", at: when, tickets: came }];
  });
}

/** A simulated device carries what it plays, or null. */
function playingOf(device: Fields): Playing[] {
  const where = word(device.id) ?? word(device.device);
  const { scenario, sinceStart } = fields(device.playing);
  const what = word(scenario);
  if (where === undefined || what === undefined) return [];
  return [{ scenario: what, device: where, ...(typeof sinceStart === "number" ? { sinceStart } : {}) }];
}

/** Reads `GET /api/simulator`. Rows without a name or an id are left out; garbage is an empty board. */
export function readBoard(body: unknown): Board {
  const devices = list(fields(body).devices).map(fields);
  return {
    devices: devices.flatMap((device) => {
      const id = word(device.id) ?? word(device.device);
      return id === undefined ? [] : [{ id, kind: word(device.kind) ?? "" }];
    }),
    scenarios: list(fields(body).scenarios).flatMap((row) => {
      const { name, scenario, kind, title, tells, parameters, mustFollow } = fields(row);
      const known = word(name) ?? word(scenario);
      if (known === undefined) return [];
      const story = textOf(tells);
      return [
        {
          name: known,
          kind: word(kind) ?? "",
          title: textOf(title) ?? { zh: known, en: known },
          ...(story ? { tells: story } : {}),
          parameters: parametersOf(parameters),
          follows: followsOf(mustFollow),
        },
      ];
    }),
    playing: devices.flatMap(playingOf),
    stories: storiesOf(fields(body).stories),
  };
}

/** The devices on which this story can be played. */
export const devicesFor = (board: Board | undefined, scenario: Scenario): readonly SimulatedDevice[] =>
  (board?.devices ?? []).filter(
    (device) => scenario.kind === "" || scenario.kind === "any" || device.kind === scenario.kind,
  );
