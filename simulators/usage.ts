/** What `gatehouse-sim` can be asked, in both languages: the whole, or the lines of one command. */
import type { Text } from "./text.ts";

interface Usage {
  readonly form: string;
  readonly tells: Text;
}

const commands = {
  run: {
    form: `run <fleet.yaml> [--truth file.jsonl] [--with-parent]
run --profile <name or file.yaml> [--speaks modbus-tcp|rtu-over-tcp|serial|opcua|mqtt|sparkplug]
    [--device D] [--var name=value …] [--path /tmp/bus (serial)] [--broker mqtt://… (mqtt, sparkplug)]`,
    tells: { zh: "启动模拟楼宇，或按一个点表模拟一台设备", en: "runs a fleet, or one device made of a profile" },
  },
  list: {
    form: "list [scenario | faults]",
    tells: {
      zh: "列出场景和设备；某个场景的参数和预期告警；可投入的通讯故障",
      en: "scenarios and devices; one scenario's figures and what must follow; the faults of a line",
    },
  },
  play: {
    form: "play <scenario> --device D [--param name=value …] [--speed N] [--seed N]",
    tells: { zh: "开始一个场景，速度 0.1–1000", en: "begins a scenario; speed 0.1–1000" },
  },
  fault: {
    form: "fault <device or link> <fault> [--seconds N] [--off]",
    tells: { zh: "投入或解除通讯故障", en: "switches a fault of the line on or off" },
  },
  stop: {
    form: "stop [--device D]",
    tells: { zh: "停止演练、解除故障、归还测点", en: "ends scenarios and faults and gives points back" },
  },
  storm: {
    form: "storm [device or link] [--changes 10000] [--seconds 1]",
    tells: { zh: "在规定时间内产生大量数值变化", en: "many changes of value within some seconds" },
  },
  top: { form: "top", tells: { zh: "实时查看运行中的设备", en: "the running fleet on one screen" } },
  score: {
    form: "score [--gateway http://127.0.0.1:8080]",
    tells: { zh: "与网关的告警、工单比对评分", en: "compares a gateway's alarms and tickets with the truth" },
  },
} as const satisfies Readonly<Record<string, Usage>>;
export type CommandName = keyof typeof commands;

export const isCommand = (name: string | undefined): name is CommandName =>
  name !== undefined && Object.hasOwn(commands, name);

const lines = (name: CommandName): string =>
  commands[name].form.replaceAll(/^(?! )/gm, "gatehouse-sim ").replaceAll(/^ {4}/gm, "                  ");

export const usageOf = (name: CommandName): Text => ({
  zh: `${lines(name)}\n    ${commands[name].tells.zh}`,
  en: `${lines(name)}\n    ${commands[name].tells.en}`,
});

const all = (language: keyof Text): string =>
  Object.keys(commands)
    .filter(isCommand)
    .map((name) => usageOf(name)[language])
    .join("\n");

export const usage: Text = {
  zh: `${all("zh")}

环境变量：GATEHOUSE_SIM_PORT（控制端口，8090），GATEHOUSE_MODBUS_PORT（Modbus 起始端口，15020；0 = 任意空闲端口），
GATEHOUSE_MODBUS_HOST（127.0.0.1），GATEHOUSE_TOKEN（score：网关的 API 令牌）。退出码：0 成功，1 有误`,
  en: `${all("en")}

Environment: GATEHOUSE_SIM_PORT (control, 8090), GATEHOUSE_MODBUS_PORT (first Modbus port, 15020; 0 = any free),
GATEHOUSE_MODBUS_HOST (127.0.0.1), GATEHOUSE_TOKEN (score: an API token of the gateway). Exit code: 0, or 1 when something is wrong`,
};

/** What is wrong with a command line, and how it is written. */
export function wrongUsage(command: string | undefined): Text {
  if (isCommand(command)) {
    const right = usageOf(command);
    return { zh: `${command} 的写法：\n${right.zh}`, en: `${command} is written so:\n${right.en}` };
  }
  if (command === undefined) return usage;
  const known = Object.keys(commands).join(" ");
  return {
    zh: `没有命令 ${command}，可用：${known}（gatehouse-sim --help 查看说明）`,
    en: `There is no command ${command}; there are: ${known} (gatehouse-sim --help explains them)`,
  };
}
