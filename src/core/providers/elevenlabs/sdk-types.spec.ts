import type { BodyTextToSpeechFull } from '@elevenlabs/elevenlabs-js/serialization/index.js';
import { plainParameters } from '../../spec/parameters.js';
import { elevenlabs } from './index.js';

/** In the types of ElevenLabs' own SDK. */
const typed: BodyTextToSpeechFull.Raw = {
  text: 'Hello',
  model_id: 'eleven_v3',
  language_code: 'en',
  seed: 7,
  voice_settings: { stability: 0.5, speed: 1.1 },
};

it("sends what ElevenLabs' own SDK has types for, and nothing else", () => {
  const request = elevenlabs.speech?.buildRequest({
    body: {
      ...{ model: 'ours', input: 'Hello', voice: 'alloy', speed: 1.1 },
      ...{ language_code: 'en', seed: 7, voice_settings: { stability: 0.5 } },
    },
    model: 'eleven_v3',
    endpoint: { origin: 'https://api.elevenlabs.io', basePath: '' },
    parameters: plainParameters,
    created: 0,
    responseId: 'r',
  });
  expect(JSON.parse(String(request?.body))).toEqual(typed);
});
