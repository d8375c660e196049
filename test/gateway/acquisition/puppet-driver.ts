/** A driver on strings: each life of the link is handed to the test, which reports, breaks or ends it. */
import * as z from "zod";
import type { Text } from "#model/text";
import { type Driver, type DriverLink, type DriverTools, LinkBroken } from "../../../drivers/driver.ts";

export interface Life {
  readonly link: DriverLink<unknown, unknown>;
  readonly tools: DriverTools;
  readonly signal: AbortSignal;
  breakLink(because?: string): void;
  fail(error: unknown): void;
  end(): void;
}

export const say = (en: string): Text => ({ zh: `说明:${en}`, en });

export function createPuppetDriver() {
  const lives: Life[] = [];
  const waiting: (() => void)[] = [];
  const driver: Driver<unknown, unknown> = {
    kind: "puppet",
    settings: z.unknown(),
    address: z.unknown(),
    run(link, tools, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => resolve(), { once: true });
      lives.push({
        link,
        tools,
        signal,
        breakLink: (because = "the cable is out") => reject(new LinkBroken("no-link", say(because))),
        fail: reject,
        end: resolve,
      });
      for (const wake of waiting.splice(0)) wake();
      return promise;
    },
  };
  return {
    driver,
    lives,
    /** The nth life of the links, as soon as it has begun. */
    async life(n: number): Promise<Life> {
      for (;;) {
        const found = lives[n];
        if (found) return found;
        await new Promise<void>((wake) => waiting.push(wake));
      }
    },
  };
}
