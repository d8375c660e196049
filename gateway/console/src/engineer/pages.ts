/** The engineers' pages as one piece that the Watch screen does not wait for. */
export { default as DevicePage } from "./DevicePage.svelte";
export { default as Devices } from "./Devices.svelte";
export { default as Drill } from "./Drill.svelte";
export { default as LinkPage } from "./LinkPage.svelte";
export { default as Links } from "./Links.svelte";
export { default as RuleDesk } from "./RuleDesk.svelte";
