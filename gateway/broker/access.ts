/** Who may come to the broker and what each may say and hear. Nothing is allowed that no line of the site allows. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { type BrokerUser, OWN_NAME } from "#model/broker";
import { covers, isFilter, isTopic, takes } from "#model/topic";

export interface Access {
  /** The user, when the password is theirs. Takes equally long for a name that is known and one that is not. */
  signIn(name: string | undefined, password: Uint8Array | undefined): BrokerUser | undefined;
  /** The user to whom a client id belongs. */
  ownerOf(client: string): BrokerUser | undefined;
}

const digest = (secret: string | Uint8Array): Buffer => createHash("sha256").update(secret).digest();

export function createAccess(users: readonly BrokerUser[]): Access {
  const known = new Map(users.map((user) => [user.name, { user, password: digest(user.password) }]));
  const owners = new Map(users.flatMap((user) => user.clients.map((client) => [client, user] as const)));
  const nobody = digest(randomBytes(32));
  return {
    signIn(name, password) {
      const entry = name === undefined ? undefined : known.get(name);
      const right = timingSafeEqual(digest(password ?? new Uint8Array(0)), entry?.password ?? nobody);
      return right ? entry?.user : undefined;
    },
    ownerOf: (client) => owners.get(client),
  };
}

/** Topics that begin with `$` are the broker's, those below the house's name are the house's. */
export const mayPublish = (user: BrokerUser, topic: string): boolean =>
  isTopic(topic) &&
  !topic.startsWith("$") &&
  topic.split("/")[0] !== OWN_NAME &&
  user.publish.some((filter) => takes(filter, topic));

/** A filter is allowed when one line of the site holds all of it. */
export const maySubscribe = (user: BrokerUser, filter: string): boolean =>
  isFilter(filter) && !filter.startsWith("$") && user.subscribe.some((allowed) => covers(allowed, filter));
