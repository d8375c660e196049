/** What may stand in `devices/*.yaml` and in a device profile, as written. */

import * as z from "zod";
import { roles } from "#model/account";
import { suspects } from "#model/points";
import { deviceKinds } from "#model/site";
import { milliseconds } from "#model/time";
import { complain, Id, Name, PointKey, pointTypes, SpanText, spanFrom, TextPair } from "./vocabulary.ts";

/** Faster than this no device bus is polled with sense, and a slip of the pen (`1ms`) would flood it. */
const Every = spanFrom(milliseconds(50), "50ms");

const Label = z.union([z.string().min(1), z.number()]).transform(String);

const Codes = z.record(z.string(), TextPair).superRefine((values, context) => {
  for (const code of Object.keys(values)) {
    if (/^-?\d+$/.test(code) && Number.isSafeInteger(Number(code))) continue;
    complain(
      context,
      { zh: `的代码 ${code} 不是整数`, en: `has the code ${code}, which is not a whole number` },
      { zh: "用设备给出的整数代码作键。", en: "Use the whole numbers that the device sends as keys." },
    );
  }
});

/** Everybody but those who only look. */
const writers = roles.filter((role) => role !== "viewer");

const Write = z
  .strictObject({
    /** After scale and offset. Without it: both states of a bool, the codes of an enum, the range of a number. */
    values: z.array(z.number()).min(1).optional(),
    who: z.array(z.enum(writers)).min(1),
    /** Shown before the second step. */
    confirm: TextPair.optional(),
  })
  .meta({ description: "{ who: [engineer], values: [0, 1] }", zh: "{ who: [engineer], values: [0, 1] }" });

/** Answers that mean that the device behind a gateway is dead. */
const Suspects = z.array(z.enum(suspects)).meta({ description: "a list of zeros and ones", zh: "zeros、ones 的列表" });

/** A point without defaults, so that an override changes only what it names. */
const pointShape = {
  name: TextPair.optional(),
  type: z.enum(pointTypes).optional(),
  /** UCUM. */
  unit: z.string().min(1).optional(),
  at: z.string().min(1).optional(),
  scale: z
    .number()
    .refine((scale) => scale !== 0, { params: zeroScale() })
    .optional(),
  offset: z.number().optional(),
  range: z.tuple([z.number(), z.number()]).optional().meta({ description: "[low, high]", zh: "[下限, 上限]" }),
  values: Codes.optional(),
  /** Words that the device sends instead of numbers, e.g. `{ open: 1, closed: 0 }`. */
  words: z.record(z.string().min(1).max(64), z.number()).optional(),
  /** Raw numbers by which the device says "not available", before scale and offset. */
  notAvailable: z.array(z.number()).optional(),
  every: Every.optional(),
  staleAfter: SpanText.optional(),
  /** The raw number moves at least this often while the device lives. */
  frozenAfter: SpanText.optional(),
  lateness: SpanText.optional(),
  write: Write.optional(),
  /** Acknowledgements of alarms that read this point are passed back to where it comes from. */
  acknowledge: z.boolean().optional(),
  deadband: z.number().min(0).optional(),
  tags: z.array(z.string().min(1)).optional(),
};

function zeroScale() {
  return {
    what: { zh: "不能是 0", en: "cannot be 0" },
    todo: { zh: "写乘数，例如 0.1。", en: "Write the factor, e.g. 0.1." },
  };
}

export const PointOverride = z.strictObject(pointShape);
export type PointFields = z.output<typeof PointOverride>;
export const PointEntry = z.strictObject({
  id: PointKey,
  ...pointShape,
  name: TextPair,
  type: z.enum(pointTypes),
  at: z.string().meta({ description: "the address on the device, e.g. holding:12", zh: "设备上的地址，如 holding:12" }),
});
export type PointEntry = z.output<typeof PointEntry>;

/** `45s`, `0.3 MPa`, `true`, `1.75`. */
const ParameterValue = z.union([z.string(), z.number(), z.boolean()]);

export const DeviceEntry = z.strictObject({
  id: Id,
  name: TextPair,
  kind: z.enum(deviceKinds).optional(),
  profile: z.string().min(1).optional(),
  place: z
    .strictObject({ building: Label.optional(), floor: Label.optional(), room: Label.optional() })
    .default({})
    .meta({ description: "{ building, floor, room }", zh: "{ building, floor, room }" }),
  link: z.union([z.string(), z.record(z.string(), z.unknown())]).meta({
    description: "the id of a link in site.yaml, or { modbus-tcp: { host, port } }",
    zh: "site.yaml 里链路的编号，或 { modbus-tcp: { host, port } }",
  }),
  unit: z.int().min(0).max(255).optional(),
  overrides: z.record(PointKey, z.unknown()).default({}),
  points: z.array(z.unknown()).default([]),
  params: z.record(Name, ParameterValue).default({}),
  vars: z
    .record(Name, Label)
    .default({})
    .meta({ description: "words for the addresses of its profile", zh: "填入型号地址中的文字，如 { sn: 3040-17 }" }),
  dependsOn: z.array(z.string()).default([]).meta({ description: "a list of device ids", zh: "设备编号的列表" }),
  tags: z
    .array(Name)
    .default([])
    .meta({ description: "words by which rules select the device", zh: "规则据以选择设备的词，如 [riser]" }),
  maxRegisters: z.int().min(1).max(125).optional(),
  suspect: Suspects.optional(),
});
export type DeviceEntry = z.output<typeof DeviceEntry>;

/** What a profile's addresses are written for. A link is of the protocol with which the name of its driver begins. */
export const protocols = ["modbus", "opcua", "mqtt"] as const;

export const ProfileFile = z.strictObject({
  id: Id,
  protocol: z.enum(protocols).optional(),
  vendor: z.string().min(1),
  model: z.string().min(1),
  name: TextPair,
  kind: z.enum(deviceKinds),
  points: z.array(z.unknown()).default([]),
  every: Every.optional(),
  maxRegisters: z.int().min(1).max(125).optional(),
  suspect: Suspects.optional(),
  params: z.record(Name, ParameterValue).default({}),
  notes: z.union([z.string(), TextPair, z.array(z.string())]).optional(),
  /** Where its addresses and codes come from. */
  source: z.string().min(1).optional(),
});
export type ProfileFile = z.output<typeof ProfileFile>;
