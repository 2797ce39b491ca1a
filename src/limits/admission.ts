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
    /** What it comes to at least, where the length of its answer is a guess: that alone never refuses it. */
    readonly leastNanos?: bigint;
    /** The prompt's and those of the answer. */
    readonly tokens: number;
    /** The part of the tokens that nobody has asked for: what an answer without `max_tokens` is taken to have. */
    readonly guessedTokens?: number;
  };
}

/** One attempt of a request at one deployment. */
export interface AttemptRequest {
  readonly requestId: string;
  readonly model: string;
  readonly deploymentId: string;
  readonly provider: string;
  /** The deployment's own. */
  readonly budget: AttemptBudget | undefined;
  readonly estimate: AdmissionRequest['estimate'];
}

export interface AttemptBudget {
  readonly maxNanos: bigint;
  /** Such as `30d`; null: it is never reset. */
  readonly duration: string | null;
}

/** What was put aside for a request, as its line in the journal has it. */
export interface Reservation {
  /** On each of the accounts. */
  readonly nanos: bigint;
  readonly leases: readonly { readonly account: string; readonly epoch: number }[];
}

/** What a request came to. */
export interface AdmissionOutcome {
  readonly nanos: bigint;
  /** The true cost is counted later. */
  readonly isUncounted?: boolean;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** The head of an answer. */
export interface HeaderSink {
  /** @param name in lower case, of a header that is not there yet */
  add(name: string, value: string): unknown;
}

/** Leave for one request. */
export interface Grant {
  readonly reservation?: Reservation;
  /** Adds headers for the answer, as they stand now. */
  addHeaders?(headers: HeaderSink): void;
  /** However the request ended: what was reserved goes, what it came to is counted. Only the first call counts; none throws. */
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
  /** @throws GatewayError `deployments_over_budget`, or whatever else has another deployment be tried */
  admitAttempt?(attempt: AttemptRequest): Grant | undefined | Promise<Grant | undefined>;
  /** A provider has refused a request for the model by a limit of its own. */
  noteUpstreamLimit?(model: string): void;
  /** The models that may be asked instead of one that is over its own budget. */
  budgetFallbacks?(request: AdmissionRequest): readonly string[];
}
