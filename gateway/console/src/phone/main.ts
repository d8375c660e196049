/** Starts the page behind a one-ticket link. */
import { mount } from "svelte";
import { takeLink } from "./link.ts";
import Phone from "./Phone.svelte";
import "../shared/tokens.css";
import "./phone.css";

const app = document.querySelector("#app");
if (app) mount(Phone, { target: app, props: { link: takeLink() } });
