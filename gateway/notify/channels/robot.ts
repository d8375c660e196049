/** One post to a vendor's group robot: JSON over HTTP, and the vendor's own code inside whatever status comes back. */
import type { Delivery } from "#model/message";
import type { Text } from "#model/text";
import type { OutgoingRequest } from "../../net/outgoing.ts";
import { askByPost, codeIn, isDelivery, outcomeOfAnswer, outcomeOfCode, type Verdict } from "../ask.ts";

export interface Robot {
  readonly vendor: Text;
  /** The fields of the answer that may hold the code, in this order; 0 is success. */
  readonly codeFields: readonly string[];
  readonly codes: Readonly<Record<number, Verdict>>;
}

/** The settings of each further robot of the group: its own address and secret, and otherwise those of the first. */
export const furtherRobots = <S extends { readonly overflow: readonly { url: string; secret?: string | undefined }[] }>(
  settings: S,
): readonly S[] => settings.overflow.map((one) => ({ ...settings, secret: undefined, ...one, overflow: [] }));

/**
 * How the post went. A code that the vendor's table knows says more than the status it came with: Feishu, for one, says why inside a
 * 400. Never throws for what a network or a robot does.
 */
export async function postToRobot(
  robot: Robot,
  content: Readonly<Record<string, unknown>>,
  way: Pick<OutgoingRequest, "url" | "allow" | "signal">,
): Promise<Delivery> {
  const answer = await askByPost({ ...way, body: JSON.stringify(content) });
  if (isDelivery(answer)) return answer;
  const trouble = outcomeOfAnswer(answer);
  const code = codeIn(answer.body, ...robot.codeFields);
  if (typeof code !== "number") return trouble ?? code;
  return trouble && !robot.codes[code] ? trouble : outcomeOfCode(code, robot.vendor, robot.codes);
}
