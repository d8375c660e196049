/** `gatehouse trust`: shows the certificate of an OPC UA server, and accepts it when a person names its thumbprint. */
import type { Text } from "#model/text";
import type { OpcuaDial } from "./link-of.ts";

const LIMIT = 30_000;

export interface Shown {
  /** The certificate, a fact per line. */
  readonly facts: readonly (readonly [Text, string])[];
  readonly thumbprint: string;
  /** How it stands with this gateway. */
  readonly standing: "trusted" | "unknown" | "changed";
  /** Accepts it if `word` is one of its two thumbprints, whatever colons and capitals; otherwise false. */
  accept(word: string): Promise<boolean>;
}

/** Asks the server for its certificate. Rejects with a `LinkBroken`. */
export async function showServer(dial: OpcuaDial): Promise<Shown> {
  const { offeredCertificate } = await import("../drivers/opcua/connect.ts");
  const { showCertificate, trustAt, trustedAt } = await import("../drivers/opcua/trust.ts");
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
