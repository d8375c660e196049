/** Starts the console: language, look, address, keys, and then the page. */
import { mount } from "svelte";
import App from "./App.svelte";
import { listenForKeys } from "./shared/keys.ts";
import { language, setLanguage } from "./shared/language.svelte.ts";
import { dress } from "./shared/look.svelte.ts";
import { followLinks } from "./shared/router.svelte.ts";
import { startTicking } from "./shared/site-time.svelte.ts";
import "./shared/tokens.css";
import "./shared/base.css";

/** `/#first=<code>` of the first start. It leaves the address at once, so that it is in no history and no screenshot. */
function takeFirstRunCode(): string | undefined {
  const code = /^#first=(.+)$/.exec(location.hash)?.[1];
  if (code === undefined) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}

const firstRunCode = takeFirstRunCode();
setLanguage(language());
dress();
followLinks();
listenForKeys();
startTicking();
const app = document.querySelector("#app");
if (app) mount(App, { target: app, props: { firstRunCode } });
