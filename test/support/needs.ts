/** Tests that need a program of the machine: skipped with one line that says how to get it, refused where CI is set. */

/**
 * True when the program was found. Otherwise prints `how` to install it and answers false, so that the suite can skip
 * itself; with `CI=true` a missing program is a failure, because there it hides a test.
 */
export function needs(program: string, how: string, found: boolean): boolean {
  if (found) return true;
  const line = `${program} is missing: ${how}`;
  if (process.env.CI === "true") throw new Error(line);
  process.stderr.write(`${line}\n`);
  return false;
}
