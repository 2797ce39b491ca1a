/** The library's verb for turning text into speech. */
import { callEndpoint } from './call-endpoint.js';
import type { CallOptions } from './call-options.js';
import type { SpeechRequest } from './schema/openai/audio.js';
import type { SpeechAudio } from './spec/endpoint-adapter.js';

/**
 * Speaks a text: `speech({ model: 'openai/gpt-4o-mini-tts', input, voice: 'alloy' })`.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function speech(request: SpeechRequest, options: CallOptions = {}): Promise<SpeechAudio> {
  return callEndpoint('speech', request?.model, request, options);
}
