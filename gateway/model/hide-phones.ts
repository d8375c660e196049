/**
 * Telephone numbers in free words, where these go further than the desk: exports and groups. Mobile numbers of the mainland
 * (eleven digits from 13 to 19) and numbers with an area code; everything else that is long is a ticket, a meter, a time.
 */
const MOBILE = /(?<![\d.])((?:\+?86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?![\d.]\d|\d)/g;
const LANDLINE = /(?<![\d-])(0\d{2,3})[- ]\d{3,4}(\d{4})(?!\d)/g;

/** `王女士 13900007788 报修` → `王女士 139****7788 报修`. */
export const hidePhones = (text: string): string => text.replace(MOBILE, "$1****$2").replace(LANDLINE, "$1-****$2");
