/** The port by which limits of requests, tokens and running requests are counted: in the process, or shared by several. */

/** What one request takes of one limit. */
export interface RateClaim {
  /** Whose limit it is, and of what. */
  readonly key: string;
  /** Counted in windows that begin with their first request, or while requests run. */
  readonly counts: 'in_window' | 'while_running';
  readonly limit: number;
  /** The window's length, milliseconds; for requests that run, how long one is believed in without a sign of life. */
  readonly windowMs: number;
  /** What it takes where there is room. */
  readonly amount: number;
  /** With less room than this it is refused. */
  readonly least: number;
}

/** How a limit stands. */
export interface RateReading {
  /** What is taken of it, this request's part included where it was granted. */
  readonly used: number;
  /** This request's part. */
  readonly taken: number;
  /** Tells the window from others of the same key. */
  readonly window: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

export interface RateResult {
  /** The place of the claim that there was no room for; undefined where all were granted. */
  readonly refusedBy: number | undefined;
  /** One for each claim, in their order; up to the one that was refused. */
  readonly readings: readonly RateReading[];
}

/** Changes what was taken in a window, if it is still that window. */
export interface RateCorrection {
  readonly key: string;
  readonly window: number;
  readonly delta: number;
}

export interface RateStore {
  /** Takes all of the claims or none. */
  take(holder: string, claims: readonly RateClaim[]): RateResult | Promise<RateResult>;
  /** What requests came to, and which of those that ran have ended. Never throws. */
  settle(holder: string, corrections: readonly RateCorrection[], running: readonly string[]): void;
}

/** The token under which the store that processes share is found, where there is one. */
export const SHARED_RATE_STORE = Symbol('SHARED_RATE_STORE');
