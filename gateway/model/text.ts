import * as z from "zod";

/** One sentence in both languages of the house. */
export const Text = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
export type Text = Readonly<z.infer<typeof Text>>;
