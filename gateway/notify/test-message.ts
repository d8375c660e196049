/** What a channel is tried with: it says that it is a test, names no emergency, and stands in no outbox. */
import type { Message } from "#model/message";
import type { Instant } from "#model/time";

export const testMessage = (channel: string, to: string, at: Instant): Message => ({
  key: `test/${channel}/${to}/${at}`,
  ticket: "",
  step: "test",
  severity: "S4",
  role: "",
  to,
  channel,
  text: {
    zh: "这是通知通道的测试消息，无需处理。收到即说明通道可用。",
    en: "This is a test of the channel: nothing to do. That you read it shows that it works.",
  },
  phone: false,
  state: "pending",
  attempts: 0,
  nextTryAt: at,
  createdAt: at,
});
