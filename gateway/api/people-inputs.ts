/** What requests about accounts may bring: signing in, people, tokens. */
import * as z from "zod";
import { roles } from "#model/account";
import { TOKEN_DAYS } from "../people/tokens.ts";
import { id, say, words } from "./inputs.ts";

export const UserParams = z.strictObject({ id: id(32) });
export const TokenParams = z.strictObject({ id: z.string().regex(/^[0-9a-f]{8}$/) });

const Name = words(64);
/** The account's id: what a person types to sign in. */
export const User = z
  .string()
  .trim()
  .toLowerCase()
  .check(
    say((user: string) => /^[a-z0-9][a-z0-9._-]{1,31}$/.test(user), {
      zh: "账号须为 2 至 32 个字符：小写字母、数字、点、下划线或连字符，以字母或数字开头",
      en: "a user name has 2 to 32 characters: letters, digits, dot, underscore, hyphen; it begins with a letter or digit",
    }),
  );
/** Its rules are checked by `people`; here only that it cannot be a flood. */
export const Password = z.string().min(1).max(1_024);

export const SignIn = z.strictObject({ user: z.string().min(1).max(64), password: Password });
export const FirstRun = z.strictObject({
  code: z.string().min(1).max(100),
  user: User,
  name: Name,
  password: Password,
});
export const AddUser = z.strictObject({ user: User, name: Name, role: z.enum(roles), password: Password });
export const ChangeUser = z
  .strictObject({
    role: z.enum(roles).optional(),
    state: z.enum(["active", "disabled"]).optional(),
    name: Name.optional(),
    password: Password.optional(),
  })
  .check(
    say((change: object) => Object.keys(change).length > 0, {
      zh: "请至少填写一项要修改的内容",
      en: "say at least one thing to change",
    }),
  );
export const AddToken = z.strictObject({
  name: Name,
  role: z.enum(roles),
  days: z.int().min(1).max(TOKEN_DAYS.longest).default(TOKEN_DAYS.usual),
});
