/** `gatehouse trust`: shows the certificate of an OPC UA server, and accepts it when a person names its thumbprint. */
import type { Text } from "#model/text";
import { type CommandLine, exit, parse, Refusal, say, texts, WrongUsage } from "./command.ts";
import { type OpcuaDial, opcuaServer } from "./opcua-link.ts";

const LIMIT = 30_000;

export async function trust(line: CommandLine, args: string[]): Promise<number> {
  const { values, positionals } = parse(args, texts("accept"));
  const [folder, name] = positionals;
  if (folder === undefined || name === undefined) throw new WrongUsage();
  const print = (zh: string, en: string) => line.print(say(line.language, zh, en));
  const shown = await showServer(await opcuaServer(line, folder, name));
  for (const [what, told] of shown.facts) line.print(`${say(line.language, what.zh, what.en)}: ${told}`);
  if (shown.standing === "changed") {
    print(
      "注意：与此前信任的证书不同。未换过证书时请勿接受。",
      "Careful: this is not the certificate that was trusted before. Do not accept it unless it was renewed.",
    );
  }
  if (typeof values.accept === "string") {
    if (!(await shown.accept(values.accept))) {
      throw new Refusal(
        exit.failed,
        "指纹与服务器现在出示的证书不符，未信任。",
        "The thumbprint is not that of the certificate shown now; it was not trusted.",
      );
    }
    print("已信任。", "Trusted.");
  } else if (shown.standing === "trusted") {
    print("该证书已受信任。", "This certificate is trusted already.");
  } else {
    const command = `gatehouse trust ${folder} ${name} --accept ${shown.thumbprint}`;
    print(`在设备上核对指纹后执行：${command}`, `Compare the thumbprint at the device, then run: ${command}`);
  }
  return exit.done;
}

interface Shown {
  /** The certificate, a fact per line. */
  readonly facts: readonly (readonly [Text, string])[];
  readonly thumbprint: string;
  /** How it stands with this gateway. */
  readonly standing: "trusted" | "unknown" | "changed";
  /** Accepts it if `word` is one of its two thumbprints, whatever colons and capitals; otherwise false. */
  accept(word: string): Promise<boolean>;
}

/** Asks the server for its certificate. Rejects with a `LinkBroken`. */
async function showServer(dial: OpcuaDial): Promise<Shown> {
  const { offeredCertificate } = await import("../../drivers/opcua/connect.ts");
  const { showCertificate, trustAt, trustedAt } = await import("../../drivers/opcua/trust.ts");
  const { endpoint } = dial.settings;
  const offered = await offeredCertificate(dial, AbortSignal.timeout(LIMIT));
  const before = await trustedAt(dial.folder, endpoint);
  const { subject, issuer, names, validFrom, validTo, thumbprint, sha256 } = showCertificate(offered);
  return {
    thumbprint,
    standing: before === undefined ? "unknown" : before.equals(offered) ? "trusted" : "changed",
    facts: [
      [{ zh: "服务器", en: "server" }, endpoint],
      [{ zh: "持有者", en: "subject" }, subject],
      [{ zh: "签发者", en: "issuer" }, issuer],
      [{ zh: "名称", en: "names" }, names],
      [{ zh: "有效期", en: "valid" }, `${validFrom} – ${validTo}`],
      [{ zh: "指纹 SHA-1", en: "thumbprint SHA-1" }, thumbprint],
      [{ zh: "指纹 SHA-256", en: "thumbprint SHA-256" }, sha256],
    ],
    async accept(word) {
      const plain = word.replaceAll(/[:\s]/g, "").toUpperCase();
      if (plain !== thumbprint && plain !== sha256) return false;
      await trustAt(dial.folder, endpoint, offered);
      return true;
    },
  };
}
