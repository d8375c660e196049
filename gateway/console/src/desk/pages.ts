/** Pages of the desk that the Watch screen does not wait for. */
export { default as Handover } from "./Handover.svelte";
export { default as Tickets } from "./Tickets.svelte";
