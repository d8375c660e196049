/** The API described by itself: OpenAPI for programs, a readable page for people, all from our own files. */
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { createJsonSchemaTransform } from "fastify-type-provider-zod";
import type { ApiHouse, Server } from "../api-house.ts";

/** Must be registered before the routes it describes. */
export async function docs(server: Server, house: ApiHouse): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Gatehouse",
        version: house.version,
        description:
          "Times are ISO 8601 UTC with milliseconds, durations ISO 8601, sentences come as { zh, en }. " +
          "Errors are { code, message: { zh, en }, detail? }. Live frames: WebSocket at /api/live.",
      },
      components: {
        securitySchemes: {
          session: { type: "apiKey", in: "cookie", name: house.secure ? "__Host-gh" : "gh" },
          token: { type: "http", scheme: "bearer" },
        },
      },
      security: [{ session: [] }, { token: [] }],
    },
    transform: createJsonSchemaTransform({ skipList: [] }),
  });
  await server.register(swaggerUi, {
    routePrefix: "/api/docs",
    uiConfig: { validatorUrl: null, docExpansion: "list" },
    theme: { title: "Gatehouse API" },
    // The page's script writes style elements; everything still comes from here.
    staticCSP:
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  });
}

export function openApiRoute(server: Server): void {
  server.get("/api/openapi.json", { schema: { hide: true } }, async (_request, reply) =>
    reply.type("application/json").send(server.swagger()),
  );
}
