/** One ticket as a page of its own: fetched ahead while the connection is good. */
export { default as TicketPage } from "./TicketPage.svelte";
