/** One attempt on one channel: it ends within its limit whatever the channel does, and nothing is thrown. */
import { inOneLine } from "#model/in-one-line";
import type { Delivery, Message } from "#model/message";
import type { Text } from "#model/text";
import { type Clock, seconds } from "#model/time";
import type { ChannelContext } from "./channel.ts";
import type { Outlet } from "./outlets.ts";

/** A channel that does not end by itself is left behind after this. */
const ATTEMPT_LIMIT = seconds(15);

export async function tryOnce(
  outlet: Pick<Outlet, "send">,
  message: Message,
  context: ChannelContext,
  clock: Pick<Clock, "sleep">,
  stopping: AbortSignal,
): Promise<Delivery> {
  const over = new AbortController();
  const tooLong = new AbortController();
  clock.sleep(ATTEMPT_LIMIT, over.signal).then(
    () => tooLong.abort(),
    () => {},
  );
  const signal = AbortSignal.any([stopping, tooLong.signal]);
  const left = new Promise<Delivery>((leave) => {
    signal.addEventListener("abort", () => leave({ outcome: "try-later", because: inOneLine(hangs) }), { once: true });
  });
  const sent = outlet.send(message, context, signal).catch((error: unknown): Delivery => {
    const detail = error instanceof Error ? error.message : String(error);
    return { outcome: "try-later", because: inOneLine(broke(detail)) };
  });
  return await Promise.race([sent, left]).finally(() => over.abort());
}

const hangs: Text = {
  zh: "通道在 15 秒内没有结果,稍后重试。",
  en: "The channel had no result within 15 s; trying again.",
};
const broke = (detail: string): Text => ({
  zh: `通道出错(${detail}),稍后重试。`,
  en: `The channel failed (${detail}); trying again.`,
});
