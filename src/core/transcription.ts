/** The library's verb for turning speech into text. */
import { callEndpoint } from './call-endpoint.js';
import type { CallOptions } from './call-options.js';
import type { Transcription, TranscriptionRequest } from './schema/openai/audio.js';

/**
 * Writes down what is said in a recording: `transcription({ model: 'openai/whisper-1', file: { name, contentType, bytes } })`.
 *
 * @throws GatewayError always one, with `status`, `code` and, where a provider failed, `provider`
 */
export function transcription(request: TranscriptionRequest, options: CallOptions = {}): Promise<Transcription> {
  return callEndpoint('transcription', request?.model, request, options);
}
