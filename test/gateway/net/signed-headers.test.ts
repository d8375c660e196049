import { expect, test } from "vitest";
import { instant } from "#model/time";
import { signedHeaders } from "../../../gateway/net/signed-headers.ts";

test("the signature is the one of the standard's own example", () => {
  // Test vector of the Standard Webhooks reference libraries.
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const headers = signedHeaders(
    secret,
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    instant(1_614_265_330_999),
    '{"test": 2432232314}',
  );
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});
