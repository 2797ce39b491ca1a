/** The library's verbs for turning text into speech. */
import { callEndpoint, streamSound } from './call-endpoint.js';
import { planFor, type CallOptions } from './call-options.js';
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

/**
 * The same, heard while it is being made: `for await (const bytes of speechStream({ ... }))`. The request is sent with the first read.
 *
 * @throws GatewayError always one; also within the loop, where the sound breaks off
 */
export function speechStream(request: SpeechRequest, options: CallOptions = {}): SoundStream {
  return streamSound(() => planFor(request?.model, options), request, options);
}

/** Ends by itself, by `break`, or by an error; can be read once. */
export type SoundStream = AsyncGenerator<Uint8Array, void, undefined>;
