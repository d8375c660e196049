import * as z from "zod";
import type { Text } from "./text.ts";

/** The only scale: S1 紧急, S2 高, S3 中, S4 低. */
export const Severity = z.enum(["S1", "S2", "S3", "S4"]);
export type Severity = z.infer<typeof Severity>;

export const severityName: Record<Severity, Text> = {
  S1: { zh: "紧急", en: "Emergency" },
  S2: { zh: "高", en: "High" },
  S3: { zh: "中", en: "Medium" },
  S4: { zh: "低", en: "Low" },
};

/** The graver of two. "S1" sorts before "S2", so the smaller text is the graver one. */
export const graver = (a: Severity, b: Severity): Severity => (a < b ? a : b);
