/** Passing an acknowledgement back to a server: of exactly those events that were seen, and of nothing else. */
import {
  type ClientSession,
  DataType,
  LocalizedText,
  MethodIds,
  resolveNodeId,
  StatusCodes,
  Variant,
} from "node-opcua";
import type { Text } from "#model/text";
import { type Acknowledge, WriteFailed } from "../driver.ts";
import type { OpcuaAddress } from "./address.ts";
import type { Conditions } from "./conditions.ts";
import { statusName } from "./value.ts";
import { notSent, sent } from "./write.ts";

/** `conditions` is asked at each order: there are none before the server has been subscribed to. */
export function createAcknowledge(
  session: ClientSession,
  conditions: () => Conditions | undefined,
): Acknowledge<OpcuaAddress> {
  return async ({ handle, comment }, signal) => {
    if (signal.aborted) throw new WriteFailed("unreachable", notSent);
    const pending = conditions()?.pending(handle);
    if (!pending) throw new WriteFailed("refused", notHeard);
    for (const eventId of pending.eventIds) {
      const { statusCode } = await sent(
        session.call({
          objectId: pending.id,
          methodId: resolveNodeId(MethodIds.AcknowledgeableConditionType_Acknowledge),
          inputArguments: [
            new Variant({ dataType: DataType.ByteString, value: eventId }),
            new Variant({ dataType: DataType.LocalizedText, value: new LocalizedText({ text: comment }) }),
          ],
        }),
        signal,
      );
      // Somebody at the server was faster: it is acknowledged.
      if (statusCode.value === StatusCodes.BadConditionBranchAlreadyAcked.value) continue;
      if (statusCode.value >>> 30 === 2) throw new WriteFailed("refused", refused(statusName(statusCode)));
    }
  };
}

const notHeard: Text = {
  zh: "确认没有发出：服务器还没有报告过该报警条件的可确认状态。请在服务器上确认。",
  en: "The acknowledgement was not sent: the server has told of nothing at this condition that could be acknowledged. Acknowledge it at the server.",
};
const refused = (status: string): Text => ({
  zh: `服务器不接受确认（${status}）。请检查 user 的权限，或在服务器上确认。`,
  en: `The server did not take the acknowledgement (${status}). Check the rights of the user, or acknowledge it at the server.`,
});
