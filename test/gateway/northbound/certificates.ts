/** An authority of our own for tests, made by openssl. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** An authority and a certificate of it for 127.0.0.1. */
export function certificates(folder: string) {
  const file = (name: string) => join(folder, name);
  const openssl = (...words: string[]) => execFileSync("openssl", words, { stdio: "ignore" });
  openssl(
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "30",
    "-subj",
    "/CN=our authority",
    "-keyout",
    file("ca.key"),
    "-out",
    file("ca.crt"),
  );
  openssl(
    "req",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-subj",
    "/CN=influx",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
    "-keyout",
    file("influx.key"),
    "-out",
    file("influx.csr"),
  );
  openssl(
    "x509",
    "-req",
    "-in",
    file("influx.csr"),
    "-CA",
    file("ca.crt"),
    "-CAkey",
    file("ca.key"),
    "-CAcreateserial",
    "-days",
    "30",
    "-copy_extensions",
    "copy",
    "-out",
    file("influx.crt"),
  );
  return { cert: file("influx.crt"), key: file("influx.key"), ca: readFileSync(file("ca.crt"), "utf8") };
}
