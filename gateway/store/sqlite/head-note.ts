/** The head is noted beside the journal too: a journal whose end was cut off is shorter than its noted head. */
export const HEAD_NOTE = "journal-head";
