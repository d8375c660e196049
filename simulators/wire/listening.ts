/** Opens a TCP listener and says which port it got. */
import type { Server } from "node:net";

/** Resolves with the port (0 takes any free one), or rejects with the system's error (`EADDRINUSE`, `EACCES`). */
export function listening(server: Server, at: { readonly host: string; readonly port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: at.port, host: at.host }, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : at.port);
    });
  });
}
