/** The one table of errors: every failure that can leave the system, its status, its wire type and how the router treats it. */

export interface ErrorRow {
  /** Default HTTP status; an upstream error may keep its own. */
  readonly status: number;
  /** The `error.type` that clients see. */
  readonly type: string;
  /** The router may try again, on this or another deployment. */
  readonly retryable: boolean;
  /** Counts against the deployment's health. */
  readonly cools: boolean;
  /** What happened and what to do, in words that hold no secret. `{name}` is filled from the error's facts. */
  readonly text: string;
}

const row = (
  status: number,
  type: string,
  text: string,
  flags: { retryable?: boolean; cools?: boolean } = {},
): ErrorRow => ({
  status,
  type,
  text,
  retryable: flags.retryable ?? false,
  cools: flags.cools ?? false,
});

const againAndCools = { retryable: true, cools: true };

export const errorCatalog = {
  // The request itself.
  invalid_json: row(
    400,
    'invalid_request_error',
    'The request body is not valid JSON: {reason}. Send one JSON object encoded in UTF-8.',
  ),
  invalid_request: row(400, 'invalid_request_error', '{reason}'),
  json_too_deep: row(400, 'invalid_request_error', 'The request body nests deeper than {limit} levels. Flatten it.'),
  unknown_model: row(
    400,
    'invalid_request_error',
    '{route}: Invalid model name passed in model={model}. Call `/v1/models` to view available models for your key.',
  ),
  unsupported_parameter: row(
    400,
    'invalid_request_error',
    'The provider {provider} does not support the parameter {param} for the model {model}. Remove it, or set `drop_params: true` to have such parameters dropped.',
  ),
  clientside_credentials: row(
    400,
    'invalid_request_error',
    'The request may not set {param}: addresses and credentials come from the configuration. An operator can allow it by `configurable_clientside_auth_params` on the deployment.',
  ),
  guardrail_blocked: row(400, 'invalid_request_error', 'The guardrail {guardrail} refused the request: {reason}'),
  unknown_guardrail: row(
    400,
    'invalid_request_error',
    'There is no guardrail {guardrail}. Ask for one that `/guardrails/list` names, or leave it out.',
  ),
  guardrail_unavailable: row(
    503,
    'server_error',
    'The guardrail {guardrail} could not look at the request, which is not served without it. Try again.',
  ),
  bad_host_header: row(400, 'invalid_request_error', 'The request needs exactly one valid Host header.'),
  malformed_request: row(400, 'invalid_request_error', 'The request is not well-formed HTTP: {reason}.'),
  body_too_large: row(
    413,
    'invalid_request_error',
    'The request body is larger than {limit} bytes. Send less, or raise `general_settings.max_request_size_mb`.',
  ),
  upload_storage_unavailable: row(
    503,
    'service_unavailable_error',
    'The upload cannot be kept at the moment. Try again shortly; operators: see that the folder for temporary files (`TMPDIR`) has space and may be written.',
  ),
  unsupported_media_type: row(
    415,
    'invalid_request_error',
    'The content type {contentType} is not supported here. Send `{wanted}`.',
  ),
  unsupported_encoding: row(
    415,
    'invalid_request_error',
    'The content encoding {encoding} is not supported. Send the body uncompressed.',
  ),
  not_found: row(
    404,
    'not_found_error',
    'There is no {method} {route} here. See the README for the routes that are served.',
  ),
  method_not_allowed: row(405, 'invalid_request_error', '{method} is not allowed here. Use {allowed}.'),
  object_not_found: row(404, 'not_found_error', '{reason}'),
  response_not_found: row(404, 'invalid_request_error', "Response with id '{id}' not found."),
  previous_response_not_found: row(400, 'invalid_request_error', "Previous response with id '{id}' not found."),
  conflict: row(409, 'invalid_request_error', '{reason}'),
  idempotency_key_reused: row(
    422,
    'invalid_request_error',
    'This Idempotency-Key was used for another request. Use a new one for each request, and the same one only to repeat it.',
  ),
  idempotency_in_progress: row(
    409,
    'invalid_request_error',
    'The request with this Idempotency-Key is still running. Repeat it shortly for its answer.',
  ),
  idempotency_answer_lost: row(
    409,
    'invalid_request_error',
    'The request with this Idempotency-Key was carried out, but its answer can no longer be read: the master key was changed since. Look at what it made, and use a new key for another request.',
  ),

  // Who calls.
  missing_key: row(401, 'auth_error', 'Authentication Error, No api key passed in.'),
  malformed_key: row(
    401,
    'auth_error',
    'Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.',
  ),
  invalid_key: row(401, 'token_not_found_in_db', 'Authentication Error, Invalid API key provided.'),
  invalid_token: row(401, 'auth_error', 'Authentication Error, the token is not accepted: {reason}.'),
  token_not_allowed: row(403, 'permission_error', 'The token is genuine, but not allowed here: {reason}.'),
  issuer_unavailable: row(
    503,
    'service_unavailable_error',
    "The keys of the token's issuer cannot be had at the moment. Try again shortly.",
  ),
  expired_key: row(
    401,
    'expired_key',
    'Authentication Error - Expired Key. Key Expiry time {expiry} and current time {now}',
  ),
  blocked_key: row(
    401,
    'auth_error',
    "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.",
  ),
  blocked_owner: row(
    401,
    'auth_error',
    'Authentication Error, the {kind} that this key belongs to is blocked: {id}. An administrator can unblock it.',
  ),
  deleted_owner: row(
    401,
    'auth_error',
    'Authentication Error, the {kind} that this key belongs to was deleted: {id}. Ask an administrator for another key.',
  ),
  admin_only: row(
    401,
    'auth_error',
    'Authentication Error, Only proxy admin can be used to generate, delete, update info for new keys/users/teams. Route={route}. Your role={role}',
  ),
  forbidden: row(403, 'permission_error', '{reason}'),
  route_not_allowed: row(
    403,
    'permission_error',
    'This key is not allowed to call this route. Only allowed to call routes: {allowed}. Tried to call route: {route}',
  ),
  route_not_served: row(403, 'permission_error', 'The operator of this gateway does not allow the route {route}.'),
  address_not_allowed: row(403, 'permission_error', 'Access forbidden: IP address {address} not allowed.'),
  model_access_denied: row(
    403,
    'key_model_access_denied',
    "The requested model '{model}' is not available for this API key, or the model name is invalid. Call `/v1/models` to view available models for your key.",
  ),
  team_model_access_denied: row(
    403,
    'team_model_access_denied',
    "The requested model '{model}' is not available for the team of this API key, or the model name is invalid. Call `/v1/models` to view available models for your key.",
  ),
  user_model_access_denied: row(
    403,
    'user_model_access_denied',
    "The requested model '{model}' is not available for the user of this API key, or the model name is invalid. Call `/v1/models` to view available models for your key.",
  ),
  org_model_access_denied: row(
    403,
    'org_model_access_denied',
    "The requested model '{model}' is not available for the organization of this API key, or the model name is invalid. Call `/v1/models` to view available models for your key.",
  ),
  project_model_access_denied: row(
    403,
    'project_model_access_denied',
    "The requested model '{model}' is not available for the project of this API key, or the model name is invalid. Call `/v1/models` to view available models for your key.",
  ),
  customer_model_access_denied: row(
    403,
    'customer_model_access_denied',
    "The requested model '{model}' is not available for the customer that this request is made for, or the model name is invalid. Call `/v1/models` to view available models for your key.",
  ),

  rate_limited: row(
    429,
    'rate_limit_error',
    'Rate limit exceeded for {descriptor}: {value}. Limit type: {kind}. Current limit: {limit}, Remaining: {remaining}. Limit resets at: {resetAt}',
  ),

  blocked_customer: row(403, 'permission_error', 'The customer {customer} is blocked. Unblock by `/customer/unblock`.'),
  invalid_invitation: row(
    401,
    'auth_error',
    'The invitation is unknown, used or expired, or the session of its page has ended. Open the link again, or ask for a new one.',
  ),
  too_many_attempts: row(
    429,
    'rate_limit_error',
    'Too many failed attempts from this address. Try again in {seconds} seconds.',
  ),
  budget_exceeded: row(
    422,
    'budget_exceeded',
    'Budget has been exceeded! {who} Current cost: {spent}, Max budget: {limit}',
  ),
  budget_reserved: row(
    429,
    'budget_reserved',
    'What is left of the budget is reserved for requests that are running now ({who}). Try again shortly.',
  ),

  // The gateway itself.
  limiter_unavailable: row(
    503,
    'service_unavailable_error',
    'Rate limits cannot be checked at the moment. Try again shortly; operators: see that Redis is there, or unset `general_settings.fail_closed_rate_limit_enforcement`.',
  ),
  database_unavailable: row(
    503,
    'service_unavailable_error',
    'The database is not reachable at the moment. Try again shortly.',
  ),
  authentication_unavailable: row(
    503,
    'service_unavailable_error',
    'Who is calling cannot be checked at the moment. Try again shortly; operators find the cause in the log.',
  ),
  no_encryption_key: row(
    409,
    'invalid_request_error',
    'A credential is stored encrypted or not at all, and there is no encryption key. Make one with `openssl rand -hex 32`, set it as TOLLGATE_ENCRYPTION_KEY, and start the gateway again.',
  ),
  secret_unreadable: row(500, 'internal_server_error', 'What is stored encrypted cannot be opened: {reason}.'),
  journal_unavailable: row(
    503,
    'service_unavailable_error',
    'The spend journal cannot take more at the moment. Try again shortly; operators: see `journal_dir` and `journal_max_bytes`.',
  ),
  cache_off: row(
    400,
    'invalid_request_error',
    'There is no cache of answers. Set `litellm_settings.cache: true` in the configuration file, and start the gateway again.',
  ),
  cache_unavailable: row(
    503,
    'service_unavailable_error',
    'The place where answers are kept is not available at the moment; models are called without it. Operators find the cause in the log.',
  ),
  shutting_down: row(503, 'service_unavailable_error', 'This process is shutting down. Try again.'),
  no_deployment: row(
    503,
    'service_unavailable_error',
    'No deployments available for selected model. Passed model={model}',
  ),
  no_pass_through_account: row(
    404,
    'not_found_error',
    'Nothing below {path} can be reached: {reason} Ask the operator of the gateway; docs/pass-through.md has what each prefix needs.',
  ),
  pass_through_denied: row(403, 'permission_error', 'This key may not call {path} by pass-through: {reason}'),
  deployments_over_budget: row(
    429,
    'budget_exceeded',
    'No deployments available - crossed budget. Passed model={model}',
    { retryable: true },
  ),
  deployments_limited: row(
    429,
    'rate_limit_error',
    'No deployments available for selected model, Try again in {seconds} seconds. Passed model={model}',
  ),
  internal: row(
    500,
    'internal_server_error',
    'The gateway failed to handle the request. The operator finds the cause in its log under the call id.',
  ),
  client_closed: row(499, 'client_closed_request', 'The client closed the connection before the answer was complete.'),

  // What the provider said. The provider's own message stands in for the text where it gave one.
  upstream_bad_request: row(400, 'invalid_request_error', 'The provider refused the request.'),
  upstream_authentication: row(
    401,
    'authentication_error',
    "The provider refused the gateway's credentials.",
    againAndCools,
  ),
  upstream_permission: row(
    403,
    'permission_error',
    "The provider does not allow the gateway's credentials to do this.",
    { cools: true },
  ),
  upstream_not_found: row(404, 'not_found_error', 'The provider does not know the model or path.', { cools: true }),
  upstream_timeout: row(408, 'timeout_error', 'The provider did not answer within {timeoutMs} ms.', againAndCools),
  upstream_too_large: row(413, 'invalid_request_error', 'The provider found the request too large.'),
  upstream_unprocessable: row(422, 'invalid_request_error', 'The provider could not process the request.'),
  context_window_exceeded: row(
    400,
    'context_window_exceeded',
    "The request is longer than the model's context window.",
  ),
  content_policy_violation: row(400, 'content_policy_violation', "The provider's content policy refused the request."),
  upstream_rate_limited: row(429, 'rate_limit_error', 'The provider limits the rate of requests.', againAndCools),
  upstream_overloaded: row(503, 'service_unavailable_error', 'The provider is overloaded.', againAndCools),
  upstream_internal: row(500, 'api_error', 'The provider failed to handle the request.', againAndCools),

  // How the connection to the provider failed.
  upstream_unreachable: row(502, 'api_connection_error', 'The provider could not be reached: {reason}.', againAndCools),
  upstream_address_refused: row(
    502,
    'api_connection_error',
    "The provider's address is not allowed by the egress policy.",
    {},
  ),
  upstream_connection_lost: row(
    502,
    'api_connection_error',
    'The connection to the provider broke before the answer was complete.',
    againAndCools,
  ),
  upstream_invalid_response: row(
    502,
    'api_error',
    'The provider sent an answer that cannot be understood: {reason}.',
    againAndCools,
  ),
  upstream_stream_truncated: row(
    502,
    'api_error',
    "The provider's stream ended before the answer was complete.",
    againAndCools,
  ),
  upstream_stream_error: row(502, 'api_error', 'The provider reported an error within the stream.', againAndCools),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorCatalog;
