/** A real browser in front of a fake gateway: what every test of the console begins with. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { expect } from "vitest";
import { needs } from "../support/needs.ts";
import { type FakeGateway, type FakeInput, startFakeGateway } from "./fake-gateway.ts";

const console_ = fileURLToPath(new URL("../../gateway/console/", import.meta.url));

/** Where distributions put it; the first that exists is used. */
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"] as const;

export const browserPath: string | undefined = BROWSERS.find((path) => existsSync(path));

/** False, with a line that says why, when there is no browser; a failure under CI. */
export const hasBrowser = (): boolean =>
  needs("chromium", "apt-get install chromium fonts-noto-cjk", browserPath !== undefined);

function newest(folder: string): number {
  return Math.max(
    0,
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      if (entry.name === "dist") return 0;
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    }),
  );
}

/** The folder of a console built from the present sources: `dist` when it is fresh, otherwise a build of its own. */
export async function builtConsole(): Promise<string> {
  const dist = join(console_, "dist");
  const page = join(dist, "index.html");
  if (existsSync(page) && statSync(page).mtimeMs >= newest(console_)) return dist;
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-console-"));
  // Under the test runner's NODE_ENV Svelte would compile its development code, which nobody is served.
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  try {
    const configFile = join(console_, "vite.config.ts");
    await build({ configFile, mode: "production", logLevel: "warn", build: { outDir: folder } });
  } finally {
    process.env.NODE_ENV = before;
  }
  return folder;
}

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: browserPath ?? "chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** Asks again until it is so: the page redraws when it can, and a machine that does other things takes longer. */
export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 12_000 });

export interface Seen extends AsyncDisposable {
  readonly gateway: FakeGateway;
  readonly page: Page;
  /** What the browser complained about: errors of scripts, breaches of the page's policy, requests to elsewhere. */
  readonly complaints: readonly string[];
}

export interface LookInput extends Partial<FakeInput> {
  readonly path?: string;
  readonly language?: "zh" | "en";
  readonly context?: BrowserContextOptions;
  /** Fills the gateway before the page opens. */
  readonly fill?: (gateway: FakeGateway, now: number) => void;
}

/** Opens a page on a gateway of its own. */
export async function look(browser: Browser, dist: string, input: LookInput = {}): Promise<Seen> {
  const gateway = await startFakeGateway({ dist, ...input });
  input.fill?.(gateway, gateway.now());
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, ...input.context });
  if (input.language) {
    await context.addInitScript(`try { localStorage.setItem("gatehouse.language", "${input.language}"); } catch {}`);
  }
  const page = await context.newPage();
  // Shorter than the test's own limit, so that the line that waited in vain is named.
  page.setDefaultTimeout(12_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    const from = new URL(request.url()).origin.replace(/^ws/, "http");
    if (from !== gateway.url && !request.url().startsWith("data:")) complaints.push(`elsewhere: ${request.url()}`);
  });
  await page.goto(gateway.url + (input.path ?? "/"));
  return {
    gateway,
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
      await gateway[Symbol.asyncDispose]();
    },
  };
}
