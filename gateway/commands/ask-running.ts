/** An order to the gateway that holds a data folder, and the sentence where it does not answer. */
import { type Asked, askGateway } from "../net/control-socket.ts";
import { exit, Refusal } from "./command.ts";

/** `undefined`: none runs. */
export async function askRunning(data: string, order: string): Promise<Asked | undefined> {
  try {
    return await askGateway(data, order);
  } catch (error) {
    const { message } = error as Error;
    throw new Refusal(
      exit.failed,
      `网关正在运行，但没有执行命令（${message}）。请用运行网关的系统账号执行，并查看网关日志。`,
      `The gateway runs but did not do it (${message}). Use the system account that runs it, and see its log.`,
    );
  }
}
