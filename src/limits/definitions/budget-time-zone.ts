/** The time zone whose days and months budgets are aligned to; asked each time, since a reload may change it. */
export const BUDGET_TIME_ZONE = Symbol('BUDGET_TIME_ZONE');

/** An IANA name, such as `Europe/Berlin`. */
export type BudgetTimeZone = () => string;
