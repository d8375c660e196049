/** A mail server of a few hundred lines less than a real one (RFC 5321, 3207, 4954): TLS or STARTTLS, AUTH PLAIN, one mail a time. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";

export interface MailServerWish {
  readonly security: "tls" | "starttls" | "none";
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly user?: { readonly name: string; readonly password: string };
  /** Replies that take the place of the usual one, by command: `RCPT`, `DATA`, `.`, `HELLO` for the greeting; `hang`, `cut`. */
  readonly says?: Readonly<Record<string, string>>;
}

export interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: { readonly from: string; readonly to: string[]; readonly text: string; readonly secure: boolean }[];
  /** Every command, without what belongs to a password. */
  readonly heard: string[];
}

export async function startMailServer({ security, tls, user, says = {} }: MailServerWish): Promise<MailServer> {
  const mails: MailServer["mails"] = [];
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const context = tls ? createSecureContext(tls) : undefined;

  function serve(socket: Socket, secure: boolean, greet: boolean): void {
    let from = "";
    let to: string[] = [];
    let data: string[] | undefined;
    let signedIn = user === undefined;
    let rest = "";
    const reply = (command: string, usual: string): boolean => {
      const said = says[command] ?? usual;
      if (said === "hang") return false;
      if (said === "cut") socket.destroy();
      else socket.write(`${said}\r\n`);
      return said === usual;
    };
    socket.on("error", () => {});
    if (greet) reply("HELLO", "220 mail.test ESMTP");
    socket.on("data", (bytes) => {
      rest += bytes.toString("utf8");
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (data) {
          if (line !== ".") data.push(line);
          else {
            if (reply(".", "250 queued as 1")) mails.push({ from, to, text: data.join("\n"), secure });
            data = undefined;
          }
          continue;
        }
        const command = line.slice(0, 4).toUpperCase();
        heard.push(command === "AUTH" ? "AUTH" : line);
        if (command === "EHLO") {
          const offers = [
            "mail.test",
            ...(security === "starttls" && !secure ? ["STARTTLS"] : []),
            ...(user ? ["AUTH PLAIN"] : []),
            "8BITMIME",
          ];
          socket.write(offers.map((offer, i) => `250${i === offers.length - 1 ? " " : "-"}${offer}\r\n`).join(""));
        } else if (command === "STAR") {
          socket.write("220 go ahead\r\n");
          socket.removeAllListeners("data");
          serve(new TLSSocket(socket, { isServer: true, secureContext: context! }), true, false);
        } else if (command === "AUTH") {
          const [, name, password] = Buffer.from(line.split(" ")[2] ?? "", "base64")
            .toString()
            .split("\0");
          signedIn = name === user?.name && password === user?.password;
          reply("AUTH", signedIn ? "235 welcome" : "535 5.7.8 authentication failed");
        } else if (command === "MAIL") {
          from = line;
          to = [];
          reply("MAIL", signedIn ? "250 ok" : "530 5.7.0 authentication required");
        } else if (command === "RCPT") {
          if (reply("RCPT", "250 ok")) to.push(line);
        } else if (command === "DATA") {
          if (reply("DATA", "354 end with .")) data = [];
        } else if (command === "QUIT") socket.end("221 bye\r\n");
        else socket.write("250 ok\r\n");
      }
    });
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(
      security === "tls" ? new TLSSocket(socket, { isServer: true, secureContext: context! }) : socket,
      security === "tls",
      true,
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    heard,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
