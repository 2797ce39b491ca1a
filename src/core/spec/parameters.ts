/** How a deployment wants request parameters treated. */

export interface ParameterPolicy {
  /** Drop unsupported parameters silently instead of refusing the request (`drop_params`). */
  readonly dropUnsupported: boolean;
  /** Always taken out, supported or not (`additional_drop_params`); nested ones as `a.b` paths. */
  readonly alwaysDrop: readonly string[];
  /** Passed on although the provider's list does not have them (`allowed_openai_params`). */
  readonly alsoAllowed: readonly string[];
  /** The provider's adapter may repair messages that the provider would refuse (`modify_params`). */
  readonly mayModify: boolean;
  /** Merged into the body last (`extra_body`). */
  readonly extraBody: Readonly<Record<string, unknown>> | undefined;
  /** Sent with the request (`extra_headers`); lower-case names. */
  readonly extraHeaders: Readonly<Record<string, string>> | undefined;
  /** Settings that only the provider's own adapter knows (`organization`, `api_version`, ...), as configured. */
  readonly provider: Readonly<Record<string, unknown>>;
}

export const plainParameters: ParameterPolicy = {
  dropUnsupported: false,
  alwaysDrop: [],
  alsoAllowed: [],
  mayModify: false,
  extraBody: undefined,
  extraHeaders: undefined,
  provider: {},
};
