/** A rule that the site has not, with the one that was probably meant. */
import { nearest } from "../../rules/language/nearest.ts";
import { exit, Refusal } from "./command.ts";

export function noRule(rules: readonly { readonly id: string }[], wanted: string): Refusal {
  const near = nearest(
    wanted,
    rules.map(({ id }) => id),
  );
  return near === undefined
    ? new Refusal(exit.badSite, `站点没有规则 ${wanted}。`, `The site has no rule ${wanted}.`)
    : new Refusal(
        exit.badSite,
        `站点没有规则 ${wanted}，是否为 ${near}？`,
        `The site has no rule ${wanted}. Did you mean ${near}?`,
      );
}
