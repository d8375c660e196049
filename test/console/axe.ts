/** What stands in the way of people who see, hear or move otherwise, by the rules of axe: one line each, none when all can use it. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Reads the page as it stands. `part` keeps to what another look at the same page can find: colours when only they changed,
 * everything else when only the words did. Contrast is most of the work.
 */
export async function obstacles(page: Page, part?: "colours" | "words"): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page });
  if (part === "colours") axe.withRules(["color-contrast"]);
  else axe.withTags(TAGS);
  if (part === "words") axe.disableRules(["color-contrast"]);
  const { violations } = await axe.analyze();
  return violations.map(
    (one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`,
  );
}
