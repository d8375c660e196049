/** The step whose form is open on the ticket page; a card may ask for one before the page is there. */

let open = $state<string | undefined>(undefined);

export const openedStep = (): string | undefined => open;

export function openStep(step: string | undefined): void {
  open = step;
}
