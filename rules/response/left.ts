/** People whose account was closed: whatever the rota still says, they are on duty no more and are offered nothing. */
import type { Account } from "#model/account";
import type { Site } from "#model/site";

/** The site with everybody who has left on leave for good. The same object comes back until somebody leaves or returns. */
export function withoutLeavers(site: Site): (accounts: Iterable<Pick<Account, "id" | "state">>) => Site {
  let known = "";
  let now = site;
  return (accounts) => {
    const left: string[] = [];
    for (const { id, state } of accounts) if (state === "disabled") left.push(id);
    const key = left.sort().join("\n");
    if (key === known) return now;
    known = key;
    const away = left.map((person) => ({ person, from: "0001-01-01", to: "9999-12-31" }));
    now = { ...site, people: { ...site.people, leave: [...(site.people.leave ?? []), ...away] } };
    return now;
  };
}
