/** The only error that leaves a room: a row of the catalog plus the facts of this case. */
import { errorCatalog, type ErrorCode, type ErrorRow } from './catalog.js';

export interface ErrorFacts {
  /** Fill the `{name}` places of the row's text. Must hold no secret. */
  readonly facts?: Readonly<Record<string, string | number>>;
  /** The provider's own public message, instead of the row's text. */
  readonly message?: string;
  /** An upstream's own status, where it is kept. */
  readonly status?: number;
  /** The wire type, where the provider's own is kept. */
  readonly type?: string;
  /** The request parameter at fault. */
  readonly param?: string;
  readonly retryAfterMs?: number;
  /** More headers for the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The id of the provider that failed. */
  readonly provider?: string;
  /** For the operator's log only; never written to a client. */
  readonly detail?: string;
  readonly cause?: unknown;
}

export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly status: number;
  readonly type: string;
  readonly param: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly provider: string | undefined;
  readonly detail: string | undefined;

  constructor(
    readonly code: ErrorCode,
    given: ErrorFacts = {},
  ) {
    const row: ErrorRow = errorCatalog[code];
    super(given.message ?? fill(row.text, given.facts), given.cause === undefined ? undefined : { cause: given.cause });
    this.status = given.status ?? row.status;
    this.type = given.type ?? row.type;
    this.param = given.param;
    this.retryAfterMs = given.retryAfterMs;
    this.headers = given.headers;
    this.provider = given.provider;
    this.detail = given.detail;
  }

  get retryable(): boolean {
    return errorCatalog[this.code].retryable;
  }

  get cools(): boolean {
    return errorCatalog[this.code].cools;
  }
}

function fill(text: string, facts: ErrorFacts['facts'] = {}): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(facts[name] ?? place));
}
