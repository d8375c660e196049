/** `npm run bench [name …] [-- --flag …]`: measurements with medians. Never part of the tests; these machines are noisy. */
const benches: Readonly<Record<string, () => Promise<{ run(flags?: readonly string[]): Promise<void> }>>> = {
  rules: () => import("./rules.ts"),
  history: () => import("./history.ts"),
  backtest: () => import("./backtest.ts"),
  commit: () => import("./commit.ts"),
  storm: () => import("./storm.ts"),
  tickets: () => import("./tickets.ts"),
  modbus: () => import("./modbus.ts"),
  broker: () => import("./broker.ts"),
  north: () => import("./north.ts"),
  fleet: () => import("./fleet.ts"),
  detection: () => import("./detection.ts"),
};

const given = process.argv.slice(2);
const wanted = given.filter((word) => !word.startsWith("--"));
const flags = given.filter((word) => word.startsWith("--"));
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`no bench named ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}\n`);
  process.exit(64);
}
for (const [name, load] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  await (await load()).run(flags);
}
