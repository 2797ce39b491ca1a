/** The library's verb for classifying texts and pictures. */
import { callEndpoint } from './call-endpoint.js';
import type { CallOptions } from './call-options.js';
import type { ModerationRequest, ModerationResponse } from './schema/openai/moderations.js';

/**
 * Says what is harmful in an input: `moderation({ model: 'openai/omni-moderation-latest', input })`.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function moderation(request: ModerationRequest, options: CallOptions = {}): Promise<ModerationResponse> {
  return callEndpoint('moderations', request?.model, request, options);
}
