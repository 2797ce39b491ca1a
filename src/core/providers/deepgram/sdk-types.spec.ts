import type { Deepgram } from '@deepgram/sdk';
import { plainParameters } from '../../spec/parameters.js';
import { deepgram } from './index.js';

const target = {
  endpoint: { origin: 'https://api.deepgram.com', basePath: '/v1' },
  parameters: plainParameters,
  created: 0,
  responseId: 'r',
};

/** In the types of Deepgram's own SDK. */
const heard: Deepgram.listen.v1.MediaTranscribeRequestOctetStream = {
  model: 'nova-3',
  smart_format: true,
  utterances: true,
  language: 'en',
  keyterm: ['Oslo', 'Zoë'],
  diarize: true,
};
const spoken: Deepgram.speak.v1.SpeakV1Request = {
  model: 'aura-2-thalia-en',
  encoding: 'linear16',
  container: 'wav',
  speed: 1.2,
  text: 'Hello',
};

function queryOf(path: string | undefined): Record<string, unknown> {
  const query: Record<string, unknown> = {};
  for (const [name, text] of new URL(path ?? '', 'https://api.deepgram.com').searchParams) {
    const value: unknown = /^(?:true|false|[\d.]+)$/.test(text) ? JSON.parse(text) : text;
    query[name] = name in query ? [query[name], value].flat() : value;
  }
  return query;
}

it("asks for a transcription as Deepgram's own SDK has types for", () => {
  const file = { name: 'a.wav', contentType: 'audio/wav', bytes: new Uint8Array(1) };
  const request = deepgram.transcription?.buildRequest({
    ...target,
    model: 'nova-3',
    body: {
      ...{ model: 'ours', file, language: 'en', response_format: 'verbose_json' },
      ...{ timestamp_granularities: ['segment'], keyterm: ['Oslo', 'Zoë'], diarize: true },
    },
  });
  expect(queryOf(request?.path)).toEqual(heard);
});

it("asks for speech as Deepgram's own SDK has types for", () => {
  const body = { model: 'ours', input: 'Hello', voice: 'alloy', response_format: 'wav', speed: 1.2 };
  const request = deepgram.speech?.buildRequest({ ...target, model: 'aura-2', body });
  expect({ ...queryOf(request?.path), ...(JSON.parse(String(request?.body)) as object) }).toEqual(spoken);
});
