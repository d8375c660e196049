/** Reads only the lengths of MQTT packets as bytes come in, so that one which is too long is refused before a parser holds it. */

export interface GuardLimits {
  /** The first packet: CONNECT towards a broker, CONNACK towards a client. */
  readonly firstBytes: number;
  readonly packetBytes: number;
  /** Packet type (upper four bits of the first byte) that must come first. */
  readonly firstType: number;
}

export interface PacketGuard {
  /** Why these bytes must not be let through; `undefined` when they may. */
  refuse(bytes: Uint8Array): "too-long" | "not-mqtt" | undefined;
  /** True once the first packet has come whole. */
  readonly begun: boolean;
}

/** MQTT 3.1.1 section 2.2.3: the length stands in at most four bytes, seven bits each, the lowest first. */
const LENGTH_BYTES = 4;

export function createPacketGuard(limits: GuardLimits): PacketGuard {
  let packets = 0;
  let place: "type" | "length" | "body" = "type";
  let length = 0;
  let lengthBytes = 0;
  let left = 0;

  const refuse = (bytes: Uint8Array) => {
    for (let i = 0; i < bytes.length; ) {
      const byte = bytes[i] as number;
      if (place === "type") {
        const type = byte >> 4;
        if (type === 0 || (packets === 0 && type !== limits.firstType)) return "not-mqtt";
        place = "length";
        length = 0;
        lengthBytes = 0;
        i += 1;
      } else if (place === "length") {
        length += (byte & 0x7f) * 128 ** lengthBytes;
        lengthBytes += 1;
        i += 1;
        if ((byte & 0x80) !== 0) {
          if (lengthBytes === LENGTH_BYTES) return "not-mqtt";
          continue;
        }
        const limit = packets === 0 ? limits.firstBytes : limits.packetBytes;
        if (1 + lengthBytes + length > limit) return "too-long";
        left = length;
        place = "body";
        if (left === 0) endPacket();
      } else {
        const step = Math.min(left, bytes.length - i);
        left -= step;
        i += step;
        if (left === 0) endPacket();
      }
    }
    return undefined;
  };

  function endPacket(): void {
    packets += 1;
    place = "type";
  }

  return {
    refuse,
    get begun() {
      return packets > 0;
    },
  };
}
