/** The rule that every device has without a rule file: it must answer. Its limits and its words. */
import type { Severity } from "#model/severity";
import type { DeviceKind } from "#model/site";
import type { Text } from "#model/text";
import { type Span, seconds } from "#model/time";

export const COMMUNICATION_RULE = "comms_loss";

/**
 * Delay and severity by kind. Delays as settled for the product: 60 s where people or the building are at risk, 120 s for
 * doors. A silent fire panel leaves the site unsupervised: S1. Other kinds: engineering judgement.
 */
export const communicationLimits: Record<DeviceKind, { readonly after: Span; readonly severity: Severity }> = {
  fire: { after: seconds(60), severity: "S1" },
  elevator: { after: seconds(60), severity: "S2" },
  water: { after: seconds(60), severity: "S2" },
  power: { after: seconds(60), severity: "S2" },
  gas: { after: seconds(60), severity: "S2" },
  access: { after: seconds(120), severity: "S2" },
  ups: { after: seconds(120), severity: "S3" },
  generator: { after: seconds(120), severity: "S3" },
  gateway: { after: seconds(120), severity: "S3" },
};

export const communicationWords = {
  title: { zh: "通讯中断", en: "Communication lost" },
  advice: {
    zh: "画面上该设备的数据不可信，不当作正常。派人到现场查看设备，并检查其电源、网线和网关。",
    en: "Do not take the shown data of this device as normal. Send someone to look at it; check its power, cable and gateway.",
  },
} satisfies { readonly title: Text; readonly advice: Text };
