/** Starts the page behind a one-ticket link. */
import { mount } from "svelte";
import { takeLink } from "./link.ts";
import Phone from "./Phone.svelte";
import "../shared/tokens.css";
import "./phone.css";

// Refused or not there, the page works as well, as long as it stays open.
if ("serviceWorker" in navigator)
  void navigator.serviceWorker.register("/t-worker.js", { scope: "/t" }).catch(() => {});

const app = document.querySelector("#app");
if (app) mount(Phone, { target: app, props: { link: takeLink() } });
