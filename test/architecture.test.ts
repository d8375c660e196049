/** Who may import what, and what only one file may touch (house plan, sections 5 and 6). */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

function sources(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (name === "node_modules" || name === "dist") return [];
    if (statSync(join(root, path)).isDirectory()) return sources(path);
    return /\.(ts|svelte)$/.test(name) ? [path.split(sep).join("/")] : [];
  });
}

const files = ["gateway", "drivers", "rules", "simulators"].flatMap(sources);
const text = (file: string) => readFileSync(join(root, file), "utf8");
/** Source without comments, so that a word in a sentence is no violation. */
const code = (file: string) =>
  text(file)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");

const IMPORT =
  /(?:import|export)\s[^;]*?from\s+["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|^import\s+["']([^"']+)["']/gm;
const TYPE_ONLY = /(?:import|export)\s+type\s[^;]*?from\s+["']([^"']+)["']/g;

interface Import {
  readonly file: string;
  /** Path inside the project, `#model`, or the package's name. */
  readonly target: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const source = code(file);
  const typed = new Set([...source.matchAll(TYPE_ONLY)].map((match) => match[1]));
  return [...source.matchAll(IMPORT)].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? "";
    const target = name.startsWith("#model/")
      ? "#model"
      : name.startsWith(".")
        ? relative(root, resolve(root, file, "..", name))
            .split(sep)
            .join("/")
        : name;
    return { file, target, typeOnly: typed.has(name) };
  });
}

const all = files.flatMap(importsOf);
const isLocal = (target: string) => /^(gateway|drivers|rules|simulators|test)\//.test(target);
const isPackage = (target: string) => !isLocal(target) && target !== "#model";

interface Room {
  readonly name: string;
  readonly files: RegExp;
  /** What may be imported besides files of the room itself. */
  readonly may: readonly RegExp[];
  /** What may be imported as types only. */
  readonly types?: readonly RegExp[];
}

const NODE = /^node:/;
const rooms: readonly Room[] = [
  { name: "gateway/model", files: /^gateway\/model\//, may: [/^zod$/] },
  { name: "rules", files: /^rules\//, may: [/^#model$/, /^zod$/] },
  { name: "drivers/driver.ts", files: /^drivers\/driver\.ts$/, may: [/^#model$/, /^zod$/] },
  { name: "drivers/catalog.ts", files: /^drivers\/catalog\.ts$/, may: [/^drivers\//, /^#model$/] },
  {
    name: "drivers/modbus",
    files: /^drivers\/modbus\//,
    may: [/^#model$/, /^drivers\/driver\.ts$/, /^zod$/, /^modbus-serial/, NODE],
  },
  {
    name: "drivers/opcua",
    files: /^drivers\/opcua\//,
    may: [/^#model$/, /^drivers\/driver\.ts$/, /^zod$/, /^node-opcua$/, NODE],
  },
  {
    name: "drivers/mqtt",
    files: /^drivers\/mqtt\//,
    may: [/^#model$/, /^drivers\/driver\.ts$/, /^zod$/, /^mqtt$/, NODE],
  },
  {
    name: "gateway/points and acquisition",
    files: /^gateway\/(points|acquisition)\//,
    may: [/^#model$/, /^drivers\/driver\.ts$/],
  },
  { name: "gateway/store", files: /^gateway\/store\//, may: [/^#model$/, NODE], types: [/^rules\//] },
  {
    name: "gateway/broker",
    files: /^gateway\/broker\//,
    // The guard in front of the parser is the same for both ends of MQTT.
    may: [
      /^#model$/,
      /^gateway\/net\//,
      /^drivers\/mqtt\/packet-guard\.ts$/,
      /^aedes$/,
      /^node:(crypto|stream|fs|path|zlib)/,
    ],
    types: [/^gateway\/log\.ts$/],
  },
  {
    name: "gateway/history",
    files: /^gateway\/history\//,
    may: [/^#model$/, /^node:(fs|fs\/promises|path|sqlite|worker_threads|zlib)$/],
    types: [/^gateway\/points\/table\.ts$/],
  },
  {
    name: "gateway/backtest",
    files: /^gateway\/backtest\//,
    may: [
      /^#model$/,
      // What a rule reads is asked where the engine asks it.
      /^rules\/engine\/(create-engine|shapes)\.ts$/,
      /^rules\/language\/(closures|graph|rule-on-device|units)\.ts$/,
      // Which rules a learned value is for.
      /^rules\/tuning\/in-force\.ts$/,
      /^gateway\/history\/(block|buckets|file|heads|stretch|past)\.ts$/,
      /^node:(fs|worker_threads)$/,
    ],
    types: [/^rules\//],
  },
  {
    name: "gateway/reports",
    files: /^gateway\/reports\//,
    // A figure counts clocks and rounds as the rules do: one definition of a pause and of a round.
    may: [/^#model$/, /^rules\/response\/(clocks|on-duty|reach|repeats)\.ts$/],
    types: [/^gateway\/(door|store\/store)\.ts$/],
  },
  {
    name: "gateway/notify",
    files: /^gateway\/notify\//,
    // A broker that carries messages is spoken to as one in the south or the north.
    may: [
      /^#model$/,
      /^gateway\/net\//,
      /^drivers\/driver\.ts$/,
      /^drivers\/mqtt\/(connection|settings)\.ts$/,
      /^zod$/,
      /^nodemailer$/,
      /^node:(crypto|buffer)$/,
    ],
    types: [/^rules\//, /^gateway\/(door|feed|log|metrics)\.ts$/],
  },
  {
    name: "gateway/northbound",
    files: /^gateway\/northbound\//,
    may: [
      /^#model$/,
      /^gateway\/net\/(outgoing|outgoing-trouble|refused|signed-headers)\.ts$/,
      // Samples wait in the form that the historian has for them; what was lost of late is counted alike, and grows old alike.
      /^gateway\/history\/(age|block|copy|recent-count|tail)\.ts$/,
      // A broker in the north is spoken to as one in the south: the one connection, the one codec.
      /^drivers\/driver\.ts$/,
      /^drivers\/mqtt\/(connection|settings)\.ts$/,
      /^drivers\/mqtt\/sparkplug\/(encode|payload|protobuf)\.ts$/,
      /^influx$/,
      /^node:(fs|path|sqlite|worker_threads)$/,
    ],
    types: [/^gateway\/(door|feed|log|metrics|points\/table|store\/store)\.ts$/],
  },
  {
    name: "gateway/site",
    files: /^gateway\/site\//,
    may: [/^#model$/, /^rules\/language\//, /^drivers\/driver\.ts$/, /^zod/, /^yaml$/, /^node:(fs|path|crypto|url|os)/],
    types: [/^rules\//],
  },
  {
    name: "gateway/api and people",
    files: /^gateway\/(api|people)\//,
    may: [
      /^#model$/,
      /^gateway\/(api|people|net|reports)\//,
      /^gateway\/metrics\.ts$/,
      /^rules\/response\/(called-out|frozen-policy|on-duty|possible-steps|preempted|words|clocks|allow-write|handover|notice|notice-words|send-notice|fire-log|fire-room|in-fire-room|accident|shift-change|shift-snapshot)\.ts$/,
      /^gateway\/history\/historian\.ts$/,
      /^rules\/language\/(nearest|units)\.ts$/,
      /^rules\/tuning\/in-force\.ts$/,
      /^zod/,
      /^fastify/,
      /^@fastify\//,
      /^prom-client$/,
      /^node:(crypto|fs|path|stream|buffer|util)/,
    ],
    types: [/^gateway\//, /^rules\//, /^ws$/, /^node:/],
  },
  {
    name: "gateway/commands",
    files: /^gateway\/commands\//,
    // The command line is wiring too: each command puts together what it needs of the house.
    may: [
      /^#model$/,
      /^gateway\/(backtest|history|notify|people|self|site|store)\//,
      /^gateway\/northbound\/(copy-queue|queue-file)\.ts$/,
      /^gateway\/net\/control-socket\.ts$/,
      /^gateway\/(clock|house|log|simulation)\.ts$/,
      /^drivers\//,
      /^rules\/language\/(nearest|units)\.ts$/,
      /^rules\/response\/prove\.ts$/,
      /^rules\/tuning\/in-force\.ts$/,
      /^node:(fs|path|readline|stream|url|util)/,
    ],
  },
  {
    name: "gateway/net",
    files: /^gateway\/net\//,
    may: [/^#model$/, /^zod/, NODE, /^fastify/, /^@fastify\//],
    types: [/^gateway\//],
  },
  {
    name: "gateway/self",
    files: /^gateway\/self\//,
    may: [/^#model$/, /^gateway\/points\/settle\.ts$/, /^node:(crypto|fs\/promises)$/],
    types: [/^gateway\/(door|history\/historian|points\/table)\.ts$/],
  },
  // Of the protocols only their libraries: a misunderstanding in a driver must not hide in the devices as well.
  { name: "simulators", files: /^simulators\//, may: [NODE, /^zod/, /^yaml$/, /^node-opcua$/, /^mqtt$/] },
  {
    name: "gateway/console",
    files: /^gateway\/console\//,
    may: [/^svelte/, /^uplot/, /^vite/, /^@sveltejs\//, /^node:url$/, /^virtual:/],
    types: [/^gateway\/api\/([a-z]+-)?shapes\.ts$/],
  },
];

describe("imports stay inside their rooms", () => {
  for (const room of rooms) {
    test(room.name, () => {
      const wrong = all.filter(
        ({ file, target, typeOnly }) =>
          room.files.test(file) &&
          !room.files.test(target) &&
          !room.may.some((allowed) => allowed.test(target)) &&
          !(typeOnly && room.types?.some((allowed) => allowed.test(target))),
      );
      expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
    });
  }

  test("every room has files: a pattern that matches nothing would hold nothing", () => {
    for (const room of rooms)
      expect([room.name, files.some((file) => room.files.test(file))]).toEqual([room.name, true]);
  });

  test("only the wiring and the command line stand outside the rooms", () => {
    const outside = files.filter((file) => !rooms.some((room) => room.files.test(file)));
    expect(outside.sort()).toEqual([
      "gateway/clock.ts",
      "gateway/control-orders.ts",
      "gateway/door.ts",
      "gateway/feed.ts",
      "gateway/heartbeat.ts",
      "gateway/house.ts",
      "gateway/learned.ts",
      "gateway/link-commands.ts",
      "gateway/log.ts",
      "gateway/main.ts",
      "gateway/measures.ts",
      "gateway/metrics.ts",
      "gateway/pipeline.ts",
      "gateway/rooms.ts",
      "gateway/simulation.ts",
      "gateway/unit-figures.ts",
      "gateway/verdicts.ts",
    ]);
  });

  test("one importer each", () => {
    const importers = (name: RegExp) => [
      ...new Set(all.filter(({ target }) => name.test(target)).map(({ file }) => file)),
    ];
    expect(
      importers(/^node:sqlite$/).every((file) =>
        /^gateway\/(store\/sqlite\/|history\/(file|copy)\.ts|northbound\/(queue-file|copy-queue)\.ts)/.test(file),
      ),
    ).toBe(true);
    expect(importers(/^pino$/)).toEqual(["gateway/log.ts"]);
    expect(importers(/^yaml$/).filter((file) => file.startsWith("gateway/"))).toEqual(["gateway/site/read-yaml.ts"]);
    expect(importers(/^modbus-serial/).every((file) => file.startsWith("drivers/modbus/"))).toBe(true);
    expect(importers(/^node-opcua/).every((file) => /^(drivers\/opcua|simulators\/wire)\//.test(file))).toBe(true);
    expect(importers(/^nodemailer$/)).toEqual(["gateway/notify/channels/smtp/channel.ts"]);
    expect(importers(/^aedes$/)).toEqual(["gateway/broker/broker.ts"]);
    expect(importers(/^mqtt$/).every((file) => /^(drivers\/mqtt|simulators\/wire)\//.test(file))).toBe(true);
    expect(importers(/^influx$/)).toEqual(["gateway/northbound/influx/lines.ts"]);
    expect(importers(/^prom-client$/).every((file) => file.startsWith("gateway/"))).toBe(true);
  });
});

interface Ban {
  readonly what: string;
  readonly pattern: RegExp;
  readonly where: RegExp;
  readonly except: RegExp;
}

const server = /^(gateway\/(?!console\/)|drivers\/|rules\/)/;
const bans: readonly Ban[] = [
  {
    what: "the machine's clocks",
    pattern: /\bDate\.now\b|\bnew Date\b|\bperformance\.now\b|\bTemporal\.Now\b|process\.hrtime/,
    where: server,
    // A certificate's dates are made of the instant that the clock tells.
    except: /^(gateway\/clock|drivers\/opcua\/own-certificate)\.ts$/,
  },
  {
    what: "timers",
    pattern: /\bset(Timeout|Interval)\s*\(/,
    where: server,
    except: /^gateway\/(clock\.ts|store\/sqlite\/worker\.ts)$/,
  },
  { what: "the environment", pattern: /\bprocess\.env\b/, where: server, except: /^gateway\/main\.ts$/ },
  { what: "ending the process", pattern: /\bprocess\.exit\b/, where: server, except: /^gateway\/main\.ts$/ },
  { what: "fetch", pattern: /(?<![\w.])fetch\s*\(/, where: server, except: /^$/ },
  { what: "code from text", pattern: /\beval\s*\(|\bnew Function\b/, where: /./, except: /^$/ },
  { what: "raw HTML", pattern: /\{@html/, where: /./, except: /^$/ },
  {
    what: "sockets",
    pattern: /["']node:(net|http|https|tls|dgram)["']/,
    where: /^(gateway|rules)\//,
    except: /^gateway\/net\//,
  },
  { what: "console output", pattern: /\bconsole\.\w+\(/, where: server, except: /^gateway\/(main|log)\.ts$/ },
];

describe("only one place touches", () => {
  test.each(bans)("$what", ({ pattern, where, except }) => {
    const wrong = files.filter((file) => where.test(file) && !except.test(file) && pattern.test(code(file)));
    expect(wrong).toEqual([]);
  });
});

test("packages are pinned to exact versions", () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(text("package.json")) as Record<
    string,
    Record<string, string>
  >;
  const loose = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  expect(loose).toEqual([]);
});

test("nothing imports a package that package.json does not name", () => {
  const named = JSON.parse(text("package.json")) as Record<string, Record<string, string>>;
  const known = new Set(Object.keys({ ...named.dependencies, ...named.devDependencies }));
  const unknown = all
    .filter(({ target }) => isPackage(target) && !target.startsWith("node:") && !target.startsWith("virtual:"))
    .map(({ target }) =>
      target
        .split("/")
        .slice(0, target.startsWith("@") ? 2 : 1)
        .join("/"),
    )
    .filter((name) => !known.has(name));
  expect([...new Set(unknown)]).toEqual([]);
});
