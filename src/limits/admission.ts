/** How a request gets past the limits: every gate grants it before anything is paid for, and hears in the end what it came to. */

/** One request as limits see it. */
export interface AdmissionRequest {
  readonly requestId: string;
  readonly caller: {
    readonly keyHash: string;
    readonly keyAlias: string | undefined;
    readonly userId: string | undefined;
    readonly teamId: string | undefined;
    readonly organizationId?: string | undefined;
    readonly projectId?: string | undefined;
  };
  /** The client's name of the model. */
  readonly model: string;
  /** The customer whom the request is made for. */
  readonly endUser: string | undefined;
  /** Its own, and those of the key. */
  readonly tags: readonly string[];
  /** What it may come to at most, as far as that can be told before it is made. */
  readonly estimate: {
    readonly nanos: bigint;
    /** The prompt's and those of the answer. */
    readonly tokens: number;
    /** The part of the tokens that nobody has asked for: what an answer without `max_tokens` is taken to have. */
    readonly guessedTokens?: number;
  };
}

/** What a request came to. */
export interface AdmissionOutcome {
  readonly nanos: bigint;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Leave for one request. */
export interface Grant {
  /** Headers for the answer, as they stand now. */
  headers?(): Readonly<Record<string, string>>;
  /** However the request ended, once: what was reserved goes, what it came to is counted. Never throws. */
  settle(outcome: AdmissionOutcome): void;
}

/** A kind of limit. */
export interface Gate {
  /**
   * At once where everything that it needs is at hand.
   *
   * @throws GatewayError for a request over a limit
   */
  admit(request: AdmissionRequest): Grant | Promise<Grant>;
}
