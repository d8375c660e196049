/** What roles are called in what is said to people; the console's own words are the same. */
import type { Role } from "#model/account";

const chinese: Readonly<Record<Role, string>> = {
  viewer: "访客",
  operator: "值守员",
  maintainer: "维保",
  supervisor: "主管",
  engineer: "工程师",
  admin: "管理员",
};

export const roleInChinese = (role: Role | undefined): string => (role === undefined ? "未知" : chinese[role]);
