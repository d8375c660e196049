/** `residents:` in site.yaml: how many households, by which ways they are told, and who is written to by name. */
import * as z from "zod";
import { contactNeeded } from "#model/channel-settings";
import type { ResidentContact, ResidentWay } from "#model/notice";
import type { ChannelSetting, Residents } from "#model/site";
import { readChannels } from "./channel-file.ts";
import { type Part, part, placeOf } from "./parse-part.ts";
import type { ProblemList } from "./problems.ts";
import { Id, TextPair } from "./vocabulary.ts";

const Households = z.int().min(1).max(100_000);
export const ResidentsFile = z.strictObject({
  households: Households,
  channels: z.array(z.unknown()).default([]),
  ways: z.array(z.strictObject({ id: Id, name: TextPair, households: Households })).min(1),
  contacts: z
    .array(
      z.strictObject({
        id: Id,
        name: z.string().min(1),
        phone: z.string().min(1).optional().meta({ description: "a phone number in quotes", zh: "加引号的电话号码" }),
        email: z.string().min(3).optional(),
        households: Households.default(1),
      }),
    )
    .max(5_000)
    .default([]),
});

/** Each channel is a way, ids are used once, and none is shared with the crew's channels: neither must hear the other's news. */
export function finishResidents(
  at: Part,
  fields: z.output<typeof ResidentsFile>,
  crew: readonly ChannelSetting[],
  problems: ProblemList,
): Residents {
  const channels = readChannels(part(at, "channels"), problems);
  const taken = new Set(["console", ...crew.map(({ id }) => id)]);
  for (const [index, { id, households }] of fields.ways.entries()) {
    if (taken.has(id)) {
      problems.error(
        placeOf(at, "ways", index, "id"),
        { zh: `${id} 已被占用`, en: `${id} is taken already` },
        {
          zh: "面向业主的途径另取编号，不与值班通道或其他途径相同。",
          en: "Give it an id that no channel of the crew and no other way has.",
        },
      );
    }
    taken.add(id);
    if (households > fields.households) {
      problems.error(
        placeOf(at, "ways", index, "households"),
        { zh: `超过总户数 ${fields.households}`, en: `is more than the ${fields.households} households of the site` },
        { zh: "填写这条途径能覆盖的户数。", en: "Write how many households this way serves." },
      );
    }
  }
  for (const [index, { id, kind }] of channels.entries()) {
    if (!fields.ways.some((way) => way.id === id)) {
      problems.error(
        placeOf(at, "channels", index),
        { zh: `通道 ${id} 没有列入 ways`, en: `the channel ${id} is not among the ways` },
        { zh: "在 ways 里写明名称和覆盖户数。", en: "Name it under ways, with the households it serves." },
      );
    }
    const needed = contactNeeded[kind];
    if (needed && !fields.contacts.some((one) => one[needed] !== undefined)) {
      problems.error(
        placeOf(at, "channels", index),
        { zh: `通道 ${id} 没有可发送的联系人`, en: `the channel ${id} has nobody to write to` },
        { zh: `在 contacts 里填写 ${needed}。`, en: `Give contacts a ${needed}.` },
      );
    }
  }
  const contacts = fields.contacts.map(
    ({ id, name, phone, email, households }): ResidentContact => ({
      id,
      name,
      households,
      ...(phone === undefined ? {} : { phone }),
      ...(email === undefined ? {} : { email }),
    }),
  );
  return { households: fields.households, channels, ways: fields.ways satisfies readonly ResidentWay[], contacts };
}
