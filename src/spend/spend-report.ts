/** How the journal's parts tell the operator what happened, from whichever thread they run on. */

export type SpendReport = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;
