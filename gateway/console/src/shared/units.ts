/** Values and UCUM units as people write them. */

const WRITTEN: Readonly<Record<string, string>> = {
  Cel: "°C",
  "m3/h": "m³/h",
  m3: "m³",
  m2: "m²",
  "mg/L": "mg/L",
  "[degF]": "°F",
  "{count}": "",
  "1": "",
  Ohm: "Ω",
  kOhm: "kΩ",
  "uS/cm": "µS/cm",
  deg: "°",
  min: "min",
};

/** `Cel` → `°C`, `m3/h` → `m³/h`; an unknown code stays as it is. */
export const unitText = (ucum: string | undefined): string => (ucum === undefined ? "" : (WRITTEN[ucum] ?? ucum));

/** As many decimals as the size calls for: 0.123, 12.35, 1234.6, 52; whole numbers stay whole. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return "?";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  const text = size < 10 ? value.toFixed(3) : size < 1_000 ? value.toFixed(2) : value.toFixed(1);
  return text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

/** `0.123 MPa`; percent and degrees stand close to the number. */
export function quantityText(value: number, ucum: string | undefined): string {
  const unit = unitText(ucum);
  if (unit === "") return numberText(value);
  return unit === "%" || unit === "°" ? `${numberText(value)}${unit}` : `${numberText(value)} ${unit}`;
}
