/** Pages of the desk that the Watch screen does not wait for. */
export { default as Duty } from "./Duty.svelte";
export { default as Handover } from "./Handover.svelte";
export { default as QuietDialog } from "./QuietDialog.svelte";
export { default as ReportDesk } from "./ReportDesk.svelte";
export { default as SuppressedPage } from "./SuppressedPage.svelte";
export { default as Tickets } from "./Tickets.svelte";
export { default as Users } from "./Users.svelte";
