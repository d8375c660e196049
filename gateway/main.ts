#!/usr/bin/env node
/** The command line, and the only place that reads the environment or ends the process. */
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import type { Text } from "#model/text";
import { type Command, type CommandLine, exit, Refusal, say, WrongUsage } from "./commands/command.ts";

interface Entry {
  /** What it is called with, then what it does in both languages. */
  readonly usage: string;
  /** Each command loads only what it needs: `check` answers at once, though the gateway behind `run` is large. */
  readonly load: () => Promise<Command>;
}

const commands: Readonly<Record<string, Entry>> = {
  run: {
    usage: `
  run [site]         运行网关;不指定站点时运行演示园区 / runs the gateway; without a site, the demo site
      --simulate     同时启动模拟楼宇 / starts the simulated building beside it
      --insecure-lan 允许在局域网上不加密监听 / allows listening without TLS beyond this machine`,
    load: async () => (await import("./commands/run.ts")).run,
  },
  check: {
    usage: `
  check <site>       检查站点文件夹,列出全部问题 / checks a site folder and lists every problem
      --rules        列出每条规则适用于哪些设备 / lists which rule applies to which device`,
    load: async () => (await import("./commands/check.ts")).check,
  },
  browse: {
    usage: `
  browse <link> [--site S] [--out F]
                     列出 OPC UA 服务器的节点,可写成点表文件 / lists the nodes of an OPC UA server, and writes them as points`,
    load: async () => (await import("./commands/browse.ts")).browse,
  },
  trust: {
    usage: `
  trust <site> <link> [--accept THUMBPRINT]
                     查看并信任 OPC UA 服务器的证书 / shows the certificate of an OPC UA server, and trusts it`,
    load: async () => (await import("./commands/trust.ts")).trust,
  },
  backtest: {
    usage: `
  backtest <site> --rule ID [--with file.yaml] [--from T --to T] [--csv file]
                     用历史数据试算规则（默认最近 7 天）/ what a rule would have raised over stored history
  backtest <site> --tuning [--rule ID] [--from T --to T]
                     各规则接近触发与数据不可用的情况 / where rules almost raise an alarm, and cannot be judged
  backtest <site> --learn [--from T --to T]
                     从历史学习流量参数并打印，不会自动生效 / prints limits learned from the flow; applies nothing`,
    load: async () => (await import("./commands/backtest.ts")).backtest,
  },
  schema: {
    usage: `
  schema [kind]      站点文件的 JSON Schema，供编辑器使用 / JSON Schema of the site files, for editors
                     kind: site devices rules people response profile`,
    load: async () => (await import("./commands/schema.ts")).schema,
  },
  "notify-test": {
    usage: `
  notify-test <site> [channel] [--to person]
                     逐个通道发送一条测试消息 / sends one test message by each channel, and says how it went`,
    load: async () => (await import("./commands/notify-test.ts")).notifyTest,
  },
  token: {
    usage: `
  token create <site> --role R --name N [--days D]
                     创建 API 令牌(网关停止时)/ creates an API token (while the gateway is stopped)`,
    load: async () => (await import("./commands/token.ts")).token,
  },
  user: {
    usage: `
  user list <site>   列出账号 / lists the accounts
  user add <site> <id> --role R [--name N]
  user role <site> <id> R · user disable|enable|password <site> <id>
                     管理账号(网关停止时)，密码从键盘或标准输入读取
                     accounts while the gateway is stopped; the password is typed or piped in`,
    load: async () => (await import("./commands/user.ts")).user,
  },
  backup: {
    usage: `
  backup <site> <file> [--without-history] [--without-north]
                     备份 house.db，历史另存为 <file>.history，运行中也可以，不覆盖
                     consistent copies of house.db and, as <file>.history, of history.db, also while running; overwrites nothing`,
    load: async () => (await import("./commands/backup.ts")).backup,
  },
  restore: {
    usage: `
  restore <file> <site> [--without-history] [--without-north]
                     核对后恢复备份和旁边的历史，不覆盖 / checks a backup and its history and puts them in place; overwrites nothing`,
    load: async () => (await import("./commands/restore.ts")).restore,
  },
  clock: {
    usage: `
  clock <site>       显示网关最后记录的时间和本机时间(网关停止时)
                     shows the gateway's last time and the machine's (while the gateway is stopped)
  clock <site> --accept --reason R
                     网关时间曾超前:以本机时间为准 / the gateway ran ahead: from the next start the machine is right`,
    load: async () => (await import("./commands/clock.ts")).clock,
  },
  keys: {
    usage: `
  keys rotate <site> 为联系人、照片和签名换新密钥并重新加密，运行中也可以
                     a new key for names, numbers, photos and signatures, also while running; seals everything anew`,
    load: async () => (await import("./commands/keys.ts")).keys,
  },
  scan: {
    usage: `
  scan <modbus-tcp://host:port | link --site S> [--units 1-16] [--tables holding,input] [--range 0-199]
       [--pause 50ms] [--out points.csv] [--force] [--shared]
                     查找有应答的站号和地址,只读 / finds units and addresses that answer, read only`,
    load: async () => (await import("./commands/scan.ts")).scanUnits,
  },
  import: {
    usage: `
  import <points.csv> <device> [--kind K] [--link L] [--out FILE] [--force]
                     点表(CSV,UTF-8 或 GB18030)转为设备文件 / turns a table of points into a device file`,
    load: async () => (await import("./commands/import.ts")).importTable,
  },
};

const USAGE = `gatehouse <command>
${Object.values(commands)
  .map(({ usage }) => usage)
  .join("")}

  GATEHOUSE_DATA GATEHOUSE_PORT GATEHOUSE_HOST GATEHOUSE_BROKER_PORT GATEHOUSE_LOG GATEHOUSE_TOKEN(demo)`;

const { env } = process;
// Compiled code is kept beside the libraries, so that a gateway that starts again does it in half the time: worker
// threads and the simulated building find it by the variable. Where nothing can be written, it starts as before.
env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("../node_modules/.cache/gatehouse", import.meta.url));
enableCompileCache();

const line: CommandLine = {
  /** Messages of the command line follow the person's locale; Chinese comes first where it is not told. */
  language: /^(?!zh|C\b|POSIX)[a-z]{2}/.test(env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? "") ? "en" : "zh",
  environment: env,
  print: (text) => void process.stdout.write(`${text}\n`),
  remark: (text) => void process.stderr.write(`${text}\n`),
};

async function obey([name = "", ...args]: readonly string[]): Promise<number> {
  if (name === "help" || name === "--help") {
    line.print(USAGE);
    return exit.done;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (!command) throw new WrongUsage();
    return await (await command.load())(line, args);
  } catch (error) {
    if (error instanceof WrongUsage) {
      line.remark(error.hint === undefined ? USAGE : `${error.hint}\n\n${USAGE}`);
      return exit.usage;
    }
    // What the world refused ends with its sentence; anything else is a bug and keeps its stack.
    const { because = (error as { text?: Text }).text } = error as { because?: Text };
    if (!because) throw error;
    line.remark(say(line.language, because.zh, because.en));
    return error instanceof Refusal ? error.code : exit.failed;
  }
}

const code = await obey(process.argv.slice(2));
// The last words leave a pipe before the process does.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
