/**
 * Values of the plants in the unit that a data file gives its point: 0.55 MPa are 5.5 bar. Plants reckon in the units of the
 * house's own maps; a file may be written in any other of the same kind (UCUM codes).
 */

/** What a code measures, and what one of it (and its zero) is in the base unit of that. */
type Measure = readonly [what: string, factor: number, zero?: number];

const per = (what: string, base: Readonly<Record<string, number>>): readonly (readonly [string, Measure])[] =>
  Object.entries(base).map(([code, factor]) => [code, [what, factor] as const] as const);

/** Factors as UCUM defines them; 1 bar = 100 kPa, 1 m of water = 9.80665 kPa, 1 psi = 6.894757 kPa. */
const MEASURES: ReadonlyMap<string, Measure> = new Map<string, Measure>([
  ...per("pressure", {
    Pa: 1,
    hPa: 100,
    kPa: 1e3,
    MPa: 1e6,
    mbar: 100,
    bar: 1e5,
    "m[H2O]": 9806.65,
    "[psi]": 6894.757,
  }),
  ...per("flow", { "m3/h": 1 / 3600, "m3/s": 1, "m3/min": 1 / 60, "m3/d": 1 / 86_400 }),
  ...per("flow", { "L/s": 1e-3, "L/min": 1e-3 / 60, "L/h": 1e-3 / 3600 }),
  ...per("volume", { m3: 1, dm3: 1e-3, L: 1e-3 }),
  ...per("length", { m: 1, dm: 0.1, cm: 0.01, mm: 1e-3, km: 1e3 }),
  ...per("speed", { "m/s": 1, "m/min": 1 / 60, "cm/s": 0.01, "mm/s": 1e-3, "km/h": 1 / 3.6 }),
  ...per("time", { ms: 1e-3, s: 1, min: 60, h: 3600, d: 86_400 }),
  ...per("frequency", { Hz: 1, kHz: 1e3, "[rpm]": 1 / 60 }),
  ...per("voltage", { mV: 1e-3, V: 1, kV: 1e3 }),
  ...per("current", { mA: 1e-3, A: 1, kA: 1e3 }),
  ...per("power", { W: 1, kW: 1e3, MW: 1e6 }),
  ...per("energy", { Wh: 1, kWh: 1e3, MWh: 1e6, kJ: 1 / 3.6, MJ: 1e3 / 3.6 }),
  ...per("density", { "g/m3": 1, "mg/L": 1, "ug/L": 1e-3, "g/L": 1e3 }),
  ...per("share", { "%": 0.01, "1": 1 }),
  ["K", ["temperature", 1]],
  ["Cel", ["temperature", 1, 273.15]],
  ["[degF]", ["temperature", 5 / 9, 459.67 * (5 / 9)]],
]);

/** `l` and `L` are one, notes in braces mean nothing. */
const plainCode = (code: string): string => code.replaceAll(/\{[^}]*\}/g, "").replaceAll(/\bl\b/g, "L");

/** Turns a value in `from` into one in `to`; undefined where these are not of one kind. */
export function conversion(from: string, to: string): ((value: number) => number) | undefined {
  if (plainCode(from) === plainCode(to)) return (value) => value;
  const [was, is] = [MEASURES.get(plainCode(from)), MEASURES.get(plainCode(to))];
  if (!was || !is || was[0] !== is[0]) return undefined;
  const [, factor, zero = 0] = was;
  const [, into, intoZero = 0] = is;
  return (value) => (value * factor + zero - intoZero) / into;
}
