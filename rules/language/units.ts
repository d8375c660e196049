/** Units of measure by their UCUM codes: parsing, dimensions, conversion. A code that nobody knows is a dimension of its own. */

export interface Unit {
  /** The code as written, `""` for a plain number. */
  readonly code: string;
  /** One of this unit is `factor` of the base unit of its dimension (plus `offset` for Cel). */
  readonly factor: number;
  readonly offset: number;
  readonly powers: Readonly<Record<string, number>>;
  /** The powers as text: equal text, equal dimension. `""` is dimensionless. */
  readonly dimension: string;
  /** A difference of two temperatures; it must not be compared with a temperature in Cel. */
  readonly difference?: true;
}

type Powers = Readonly<Record<string, number>>;

const dimensionOf = (powers: Powers): string =>
  Object.keys(powers)
    .filter((base) => powers[base] !== 0)
    .sort()
    .map((base) => `${base}^${powers[base]}`)
    .join(" ");

const unit = (code: string, factor: number, powers: Powers, offset = 0): Unit => ({
  code,
  factor,
  offset,
  powers,
  dimension: dimensionOf(powers),
});

export const PLAIN: Unit = unit("", 1, {});
export const MILLISECOND: Unit = unit("ms", 0.001, { s: 1 });
const KELVIN_DIFFERENCE: Unit = { ...unit("K", 1, { K: 1 }), difference: true };

const PRESSURE: Powers = { g: 1, m: -1, s: -2 };
const POWER: Powers = { g: 1, m: 2, s: -3 };
const ENERGY: Powers = { g: 1, m: 2, s: -2 };

/** Atoms that take a metric prefix. */
const METRIC: Readonly<Record<string, readonly [factor: number, powers: Powers]>> = {
  m: [1, { m: 1 }],
  g: [1, { g: 1 }],
  s: [1, { s: 1 }],
  L: [0.001, { m: 3 }],
  l: [0.001, { m: 3 }],
  Pa: [1_000, PRESSURE],
  bar: [1e8, PRESSURE],
  "m[H2O]": [9_806_650, PRESSURE],
  N: [1_000, { g: 1, m: 1, s: -2 }],
  J: [1_000, ENERGY],
  W: [1_000, POWER],
  VA: [1_000, POWER],
  var: [1_000, POWER],
  Wh: [3_600_000, ENERGY],
  A: [1, { A: 1 }],
  Ah: [3_600, { A: 1, s: 1 }],
  V: [1_000, { g: 1, m: 2, s: -3, A: -1 }],
  Ohm: [1_000, { g: 1, m: 2, s: -3, A: -2 }],
  Hz: [1, { s: -1 }],
  K: [1, { K: 1 }],
};
const PREFIX: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, h: 100, d: 0.1, c: 0.01, m: 1e-3, u: 1e-6 };

/** Atoms without prefix. */
const SINGLE: Readonly<Record<string, readonly [factor: number, powers: Powers, offset?: number]>> = {
  min: [60, { s: 1 }],
  h: [3_600, { s: 1 }],
  d: [86_400, { s: 1 }],
  Cel: [1, { K: 1 }, 273.15],
  "%": [0.01, {}],
  "[ppm]": [1e-6, {}],
  "%[LEL]": [1, { LEL: 1 }],
  "[rpm]": [1 / 60, { s: -1 }],
  "[pH]": [1, { pH: 1 }],
  NTU: [1, { NTU: 1 }],
  dB: [1, { dB: 1 }],
  deg: [Math.PI / 180, { rad: 1 }],
  rad: [1, { rad: 1 }],
  lx: [1, { lx: 1 }],
  "1": [1, {}],
};

/** What a person can read in an error message. */
export const commonUnits = "m mm cm m/s m3/h L/s s min h Cel K % Hz Pa kPa MPa bar A V W kW kWh".split(" ");

function atom(code: string): Unit | undefined {
  const single = Object.hasOwn(SINGLE, code) ? SINGLE[code] : undefined;
  if (single) return unit(code, single[0], single[1], single[2]);
  const metric = Object.hasOwn(METRIC, code) ? METRIC[code] : undefined;
  if (metric) return unit(code, metric[0], metric[1]);
  const prefix = PREFIX[code[0] ?? ""];
  const rest = code.slice(1);
  const base = prefix !== undefined && Object.hasOwn(METRIC, rest) ? METRIC[rest] : undefined;
  return base && prefix !== undefined ? unit(code, base[0] * prefix, base[1]) : undefined;
}

function component(code: string): Unit | undefined {
  const plain = atom(code);
  if (plain) return plain;
  const power = /^(.*?[^\d+-])([+-]?\d)$/.exec(code);
  const base = power && atom(power[1] ?? "");
  if (!power || !base || base.offset !== 0) return undefined;
  return raise(base, Number(power[2]), code);
}

function raise(base: Unit, exponent: number, code: string): Unit {
  const powers: Record<string, number> = {};
  for (const [name, n] of Object.entries(base.powers)) powers[name] = n * exponent;
  return unit(code, base.factor ** exponent, powers);
}

function join(a: Unit, b: Unit, sign: 1 | -1, code: string): Unit {
  const powers: Record<string, number> = { ...a.powers };
  for (const [name, n] of Object.entries(b.powers)) powers[name] = (powers[name] ?? 0) + sign * n;
  return unit(code, sign === 1 ? a.factor * b.factor : a.factor / b.factor, powers);
}

/** Reads a UCUM code (`m3/h`, `MPa`, `Cel`, `/min`); `undefined` when a part of it is not known. */
export function parseUnit(code: string): Unit | undefined {
  if (code === "" || code === "1") return PLAIN;
  const bare = code.replaceAll(/\{[^}]*\}/g, "1");
  let result: Unit | undefined = bare.startsWith("/") ? PLAIN : undefined;
  for (const part of bare.matchAll(/([./]?)([^./]+)/g)) {
    const next = component(part[2] ?? "");
    if (!next) return undefined;
    if (!result) result = next;
    else result = join(result, next, part[1] === "/" ? -1 : 1, code);
  }
  return result && { ...result, code };
}

/** The unit of a point: known, plain when absent, or a dimension of its own that only equals itself. */
export function unitOfPoint(code: string | undefined): Unit {
  if (code === undefined) return PLAIN;
  return parseUnit(code) ?? unit(code, 1, { [`'${code}'`]: 1 });
}

const NICE = commonUnits.map((code) => parseUnit(code) as Unit);

/** Unit of a product or quotient. A result without dimension is plain: multiply the number by `factor`. */
export function combine(a: Unit, b: Unit, operator: "*" | "/"): Unit {
  if (b.dimension === "" && b.factor === 1) return a.offset === 0 ? a : KELVIN_DIFFERENCE;
  if (a.dimension === "" && a.factor === 1 && operator === "*") return b.offset === 0 ? b : KELVIN_DIFFERENCE;
  const code = `${a.code || "1"}${operator === "*" ? "." : "/"}${b.code}`;
  const result = join(a, b, operator === "*" ? 1 : -1, code);
  const nice = NICE.find(
    (n) => n.dimension === result.dimension && n.offset === 0 && Math.abs(n.factor / result.factor - 1) < 1e-9,
  );
  return nice ?? result;
}

/** Unit of a rate per second; a plain number stays plain, a temperature becomes K/s. */
export function perSecond(a: Unit): Unit {
  if (a.dimension === "" && a.factor === 1) return a;
  const base = a.offset === 0 ? a : KELVIN_DIFFERENCE;
  return join(base, parseUnit("s") as Unit, -1, `${base.code}/s`);
}

/** Unit of `a - b` or `a + b` when both have the dimension of temperature; `undefined` when that makes no sense. */
export function addTemperatures(a: Unit, b: Unit, operator: "+" | "-"): Unit | undefined {
  if (a.offset !== 0 && b.offset !== 0) return operator === "-" ? KELVIN_DIFFERENCE : undefined;
  return a.offset !== 0
    ? a
    : operator === "+" && b.offset !== 0
      ? b
      : a.difference || b.difference
        ? KELVIN_DIFFERENCE
        : a;
}

/** True when numbers of the two units may be compared and added. A percentage is not a plain number. */
export function comparable(a: Unit, b: Unit): boolean {
  if (a.dimension !== b.dimension) return false;
  if ((a.difference && b.offset !== 0) || (b.difference && a.offset !== 0)) return false;
  return a.dimension !== "" || (a.code === "") === (b.code === "");
}

/** From a number in `from` to a number in `to`, which have one dimension; rounded to 12 digits, so that 3 bar is 0.3 MPa. */
export function convertUnit(value: number, from: Unit, to: Unit): number {
  if (from.factor === to.factor && from.offset === to.offset) return value;
  if (from.difference || to.difference) return Number(((value * from.factor) / to.factor).toPrecision(12));
  return Number(((value * from.factor + from.offset - to.offset) / to.factor).toPrecision(12));
}

/** Converts between two UCUM codes; `undefined` when a code is unknown or the dimensions differ. */
export function convert(value: number, from: string, to: string): number | undefined {
  const a = parseUnit(from);
  const b = parseUnit(to);
  return a && b && a.dimension === b.dimension ? convertUnit(value, a, b) : undefined;
}

/** True when both codes are known and measure the same thing. */
export function sameDimension(a: string, b: string): boolean {
  return convert(1, a, b) !== undefined;
}

/** Digits that a person wants to read: `8.0`, `0.55`, `0.025`, `132`. */
export function formatNumber(value: number, whole: boolean): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return "–";
  if (size >= 1e9 || (size < 0.0005 && size > 0)) return value.toPrecision(3);
  if (whole && Number.isInteger(value)) return String(value);
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  const text = value.toFixed(decimals).replace(/^-(0(?:\.0+)?)$/, "$1");
  return decimals > 1 ? text.replace(/0+$/, "").replace(/\.$/, ".0") : text;
}

/** A number with its unit as a person reads it: `8.0 m3/h`, `0.55 MPa`, `21.5 °C`, `3`. `unit` is a UCUM code. */
export function formatQuantity(value: number, unit: string | undefined): string {
  if (!unit || unit === "1") return formatNumber(value, true);
  const shown = unit
    .replaceAll("Cel", "°C")
    .replaceAll("[H2O]", "H2O")
    .replace(/^\[(.*)\]$/, "$1");
  return `${formatNumber(value, unit === "%" || unit === "ms" || unit === "s")} ${shown}`;
}
