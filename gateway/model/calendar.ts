/** Named times of a site, such as nights or office hours: when a rule's `in_calendar("name")` is true. */

/** Minutes after local midnight; `to` <= `from` means over midnight. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** Local dates as days since 1970-01-01, both included. */
export interface DateRange {
  readonly first: number;
  readonly last: number;
}

/** Hours over midnight belong to the day on which they begin. */
export interface Calendar {
  /** IANA zone in which the hours are meant. */
  readonly zone: string;
  /** ISO weekday numbers, 1 = Monday. */
  readonly days: readonly number[];
  readonly hours: readonly Hours[];
  /** Only on these dates; empty: on every date. */
  readonly dates: readonly DateRange[];
  /** Never on these. */
  readonly except: readonly DateRange[];
}

/** One year's public holidays: which days are off, and which days of a weekend are worked instead (调休). */
export interface HolidayYear {
  /** Where the arrangement was published. */
  readonly source: string;
  readonly off: readonly DateRange[];
  readonly on: readonly DateRange[];
}

/** Workdays for clocks that count them; a year that is not listed goes by Monday to Friday. */
export interface Workdays {
  readonly zone: string;
  readonly years: Readonly<Record<number, HolidayYear>>;
}
