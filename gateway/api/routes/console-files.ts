/** The built console: hashed files may be kept for ever, the page itself is asked for each time. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { Refused } from "../../net/refused.ts";
import type { ApiHouse, Server } from "../api-house.ts";

/** Also answers every address that nothing else answers: pages get the console, everything else a 404. */
export async function consoleRoutes(server: Server, house: ApiHouse): Promise<void> {
  const built = existsSync(join(house.console, "index.html"));
  if (!built) {
    house.log.warn({ folder: house.console }, "the console is not built: run `npm run prepare`");
  }
  await server.register(fastifyStatic, {
    root: house.console,
    serve: built,
    wildcard: true,
    dotfiles: "ignore",
    preCompressed: true,
    cacheControl: false,
    setHeaders(reply, path) {
      const hashed = path.includes("/assets/");
      reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });

  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const read = request.method === "GET" || request.method === "HEAD";
    const page = read && !/^\/api(\/|$)|\.[a-z0-9]+$|\.\.|%2f|%5c/i.test(path);
    // The page behind a one-ticket link is small and knows nothing of the console.
    if (page && built && path === "/t") {
      return reply.header("cache-control", "no-cache").sendFile("t.html", { cacheControl: false });
    }
    if (page && built) return reply.header("cache-control", "no-cache").sendFile("index.html", { cacheControl: false });
    if (page) {
      throw new Refused(
        503,
        "console-missing",
        "控制台尚未构建，请在安装目录运行 npm run prepare。API 可正常使用。",
        "The console is not built. Run `npm run prepare` in the checkout. The API works.",
      );
    }
    throw new Refused(404, "not-found", "没有此地址。", "There is nothing at this address.");
  });
}
