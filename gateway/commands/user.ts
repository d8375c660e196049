/** `gatehouse user …`: accounts while the gateway is stopped, for whoever holds the data folder. */
import { type Account, type Role, roles } from "#model/account";
import type { Plan } from "#model/plan";
import type { Site } from "#model/site";
import { createClock } from "../clock.ts";
import { type AccountChange, addAccount, leavesNoAdmin } from "../people/accounts.ts";
import { changeWithAccess } from "../people/offboard.ts";
import { createPasswordHasher } from "../people/password-hash.ts";
import { whyNotPassword } from "../people/password-rules.ts";
import { writeRows } from "../people/write-rows.ts";
import { openStore } from "../store/sqlite/open-store.ts";
import type { Kept } from "../store/store.ts";
import { type CommandLine, exit, parse, Refusal, say, texts, WrongUsage } from "./command.ts";
import { readSecret } from "./read-secret.ts";
import { dataOf, readSite } from "./read-site.ts";

const BY = "command line";
const VERBS = ["list", "add", "role", "disable", "enable", "password"] as const;
type Verb = (typeof VERBS)[number];

interface Wish {
  readonly verb: Verb;
  readonly id: string;
  readonly role: Role | undefined;
  readonly name: string | undefined;
}

export async function user(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, texts("role", "name"));
  const [word, folder, id = "", newRole, ...more] = positionals;
  const verb = VERBS.find((one) => one === word);
  const role = roles.find((one) => one === (verb === "role" ? newRole : values.role));
  const wantsRole = verb === "role" || verb === "add";
  const surplus = more.length > 0 || (newRole !== undefined && verb !== "role") || (id !== "" && verb === "list");
  if (!verb || folder === undefined || (verb !== "list" && id === "") || surplus || (wantsRole && !role)) {
    throw new WrongUsage(wantsRole ? `R: ${roles.join(" ")}` : undefined);
  }
  const site = await readSite(line, folder);
  const clock = createClock();
  await using store = await openStore({ folder: dataOf(line, site), clock });
  const kept = await store.load(clock.now());
  if (verb === "list") {
    for (const one of kept.accounts) line.print([one.id, one.role, one.state, one.name].join("\t"));
    return exit.done;
  }
  const name = typeof values.name === "string" ? values.name.trim() : undefined;
  const { rows, done } = await decide(line, site, kept, { verb, id: id.toLowerCase(), role, name }, () => clock.now());
  await writeRows(store, rows, kept.lastSeq);
  line.print(say(line.language, done.zh, done.en));
  return exit.done;
}

interface Decided {
  readonly rows: Partial<Plan>;
  readonly done: { readonly zh: string; readonly en: string };
}

async function decide(
  line: CommandLine,
  site: Site,
  kept: Kept,
  { verb, id, role, name = id }: Wish,
  now: () => Account["createdAt"],
): Promise<Decided> {
  const before = kept.accounts.find((one) => one.id === id);
  if (verb === "add") {
    if (before) throw new Refusal(exit.failed, `账号 ${id} 已存在。`, `The account ${id} exists already.`);
    if (!/^[a-z0-9][a-z0-9._-]{1,31}$/.test(id) || name === "" || name.length > 64) throw badName();
    const password = await newPassword(line, site, id, name);
    const { rows } = addAccount({ id, name, role: role!, password }, BY, now());
    return { rows, done: { zh: `已添加账号 ${id}。`, en: `The account ${id} was added.` } };
  }
  if (!before) throw new Refusal(exit.failed, `没有账号 ${id}。`, `There is no account ${id}.`);
  const change: AccountChange =
    verb === "password"
      ? { password: await newPassword(line, site, id, before.name) }
      : verb === "role"
        ? { role: role! }
        : { state: verb === "enable" ? "active" : "disabled" };
  if (leavesNoAdmin(kept.accounts, before, change)) {
    throw new Refusal(
      exit.failed,
      "这是最后一个可用的管理员账号，不能停用或降级。请先添加另一个管理员。",
      "This is the last admin. Add another one before you disable it or change its role.",
    );
  }
  const { rows } = changeWithAccess(before, change, kept, BY, now());
  const sessions = { zh: "其登录已全部失效", en: "its sessions have ended" };
  return {
    rows,
    done: { zh: `账号 ${id} 已修改，${sessions.zh}。`, en: `The account ${id} was changed; ${sessions.en}.` },
  };
}

/** The argon2id hash of a password that the rules allow. */
async function newPassword({ language }: CommandLine, site: Site, id: string, name: string): Promise<string> {
  const password = await readSecret(say(language, "新密码", "new password"));
  if (process.stdin.isTTY && (await readSecret(say(language, "再输一次", "once more"))) !== password) {
    throw new Refusal(exit.failed, "两次输入的密码不一样。", "The two passwords differ.");
  }
  const why = whyNotPassword(password, [id, name, site.id, site.name.zh, site.name.en, "gatehouse"]);
  if (why) throw new Refusal(exit.failed, why.zh, why.en);
  const hash = await createPasswordHasher().hash(password);
  if (hash === "busy") throw new Error("a hasher of its own is never busy");
  return hash;
}

const badName = (): Refusal =>
  new Refusal(
    exit.failed,
    "账号须为 2 至 32 个字符：小写字母、数字、点、下划线或连字符，以字母或数字开头；姓名为 1 至 64 个字符。",
    "A user name has 2 to 32 characters: letters, digits, dot, underscore, hyphen, first a letter or digit; a name has 1 to 64.",
  );
