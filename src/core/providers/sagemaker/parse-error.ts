/** SageMaker's errors: its own, and those of the container behind an endpoint, which it wraps. */
// https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
import type { InboundResponse } from '../../spec/outbound.js';
import { GatewayError } from '../../errors/gateway-error.js';
import { parseAwsError } from '../bedrock/parse-error.js';

/** A `ModelError` counts by the status of the container. Never throws. */
export function parseSagemakerError(response: InboundResponse, provider: string): GatewayError {
  const error = parseAwsError(response, provider);
  const original = originalStatus(response.body);
  if (response.status !== 424 || original === undefined || error.code !== 'upstream_internal') return error;
  const { code } = parseAwsError({ ...response, headers: {}, status: original }, provider);
  const { message, retryAfterMs, detail } = error;
  return new GatewayError(code, { message, status: original, retryAfterMs, provider, detail });
}

function originalStatus(body: Uint8Array): number | undefined {
  try {
    const parsed = JSON.parse(new TextDecoder().decode(body)) as { OriginalStatusCode?: unknown } | null;
    const status = Number(parsed?.OriginalStatusCode);
    return Number.isInteger(status) && status >= 400 && status < 600 ? status : undefined;
  } catch {
    // Not JSON: the status of the answer itself speaks.
    return undefined;
  }
}
