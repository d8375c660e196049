/** What a password must be, and the words that everyone tries first. */
import type { Text } from "#model/text";

export const SHORTEST = 12;
export const LONGEST = 128;

/**
 * What remains of the usual passwords once digits and signs at both ends are taken off and @ 0 1 3 5 $ ! are read as
 * letters: "P@ssw0rd#2026" is "password".
 */
const COMMON = new Set(
  `password passw passwd passphrase pass pwd admin administrator admins root toor user users guest test tester testing
  demo default changeme changeit letmein welcome login secret master super superuser supervisor operator engineer
  maintainer viewer manager support service system server gateway gatehouse building property security monitor control
  qwerty qwertyuiop qwert qwer asdf asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc wsxqaz abc abcd abcde abcdef abcdefg
  abcdefgh aaa aaaa aaaaaa iloveyou sunshine princess dragon monkey football baseball shadow michael computer internet
  woaini woaiwojia mima mimashi guanli guanliyuan wuye zhongguo beijing shanghai guangzhou shenzhen huawei
  hikvision dahua siemens schneider honeywell modbus scada hmi plc xiaoqu dianti shuibeng xiaofang hello helloworld`
    .split(/\s+/)
    .filter(Boolean),
);

const LEET: Readonly<Record<string, string>> = { "@": "a", "0": "o", "1": "i", "3": "e", "5": "s", $: "s", "!": "i" };

/** What a person added digits and signs to. */
export function core(password: string): string {
  const trimmed = password.toLowerCase().replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  return [...trimmed]
    .map((char) => LEET[char] ?? char)
    .join("")
    .replace(/[^\p{L}]/gu, "");
}

/** Why this password is not taken, or `undefined`. `words`: user name, site id and names, which it must not hold. */
export function whyNotPassword(password: string, words: readonly string[]): Text | undefined {
  const length = [...password].length;
  if (length < SHORTEST || length > LONGEST) {
    return {
      zh: `密码须为 ${SHORTEST} 至 ${LONGEST} 个字符，现为 ${length} 个。`,
      en: `A password has ${SHORTEST} to ${LONGEST} characters; this one has ${length}.`,
    };
  }
  const missing: Text[] = [];
  if (!/\p{L}/u.test(password)) missing.push({ zh: "字母", en: "a letter" });
  if (!/\p{Nd}/u.test(password)) missing.push({ zh: "数字", en: "a digit" });
  if (!/[^\p{L}\p{N}]/u.test(password)) missing.push({ zh: "符号", en: "a symbol" });
  if (missing.length > 0) {
    return {
      zh: `密码还缺少：${missing.map((one) => one.zh).join("、")}。`,
      en: `The password still needs ${missing.map((one) => one.en).join(" and ")}.`,
    };
  }
  const lower = password.toLowerCase();
  if (words.some((word) => word.length >= 3 && lower.includes(word.toLowerCase()))) {
    return {
      zh: "密码不得包含账号或站点名称。",
      en: "The password must not hold the user name or the name of the site.",
    };
  }
  const base = core(password);
  if (COMMON.has(base) || new Set(lower).size < 5) {
    return {
      zh: "这是常见密码，容易被猜到，请换一个。",
      en: "This is one of the passwords that are tried first. Choose another.",
    };
  }
  return undefined;
}
