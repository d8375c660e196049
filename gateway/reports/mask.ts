/** Names of people in what leaves the house: the family name stays, so that a row can still be told from another. Pure. */

/** `张工` → `张*`, `John Smith` → `J***`; what the house itself did keeps its name. Empty stays empty. */
export function masked(name: string): string {
  if (name === "" || name === "gatehouse" || name === "Gatehouse" || name.startsWith("auto:")) return name;
  const [first = ""] = name;
  return /[\u3400-\u9fff]/.test(first) ? `${first}*` : `${first}***`;
}
