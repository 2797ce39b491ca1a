/** The conversations of the matrix: what is asked, and what the provider answers, turn by turn. */
import type { Answered, Feature, Setup, ToolMeaning, Turn } from './meaning.js';

/** One request and its answer. */
export interface Leg {
  readonly says: Exclude<Turn, { by: 'assistant' }>;
  readonly answer: Answered;
}

export interface Scenario {
  readonly feature: Feature;
  readonly setup: Setup;
  readonly legs: readonly Leg[];
}

const plain: Setup = { tools: [], reasons: false, stop: [], maxTokens: 1_000 };

const answered = (text: string, more: Partial<Answered> = {}): Answered => ({
  text,
  reasoning: '',
  calls: [],
  finish: 'stop',
  stoppedBy: null,
  usage: { prompt: 31, completion: 17, cached: 0, reasoning: 0 },
  ...more,
});
const user = (text: string): Leg['says'] => ({ by: 'user', text });

const getWeather: ToolMeaning = {
  name: 'get_weather',
  description: 'The weather of a city, now.',
  parameters: {
    type: 'object',
    properties: {
      city: { type: 'string', description: 'The name of the city' },
      unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
    },
    required: ['city'],
  },
};
const getTime: ToolMeaning = {
  name: 'get_time',
  description: 'The time in a city, now.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** One pixel. */
const picture = {
  mediaType: 'image/png',
  base64: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
};

export const scenarios: readonly Scenario[] = [
  {
    feature: 'text',
    setup: plain,
    legs: [{ says: user('Say hello to the 世界.'), answer: answered('Grüße an die 世界 🦜, "hier"\nund dort.') }],
  },
  {
    feature: 'system prompt',
    setup: { ...plain, system: 'Answer in one word. 一言で。' },
    legs: [
      { says: user('The capital of France?'), answer: answered('Paris.') },
      {
        says: user('And of Norway?'),
        answer: answered('Oslo.', { usage: { prompt: 60, completion: 4, cached: 32, reasoning: 0 } }),
      },
    ],
  },
  {
    feature: 'tools',
    setup: { ...plain, tools: [getWeather, getTime] },
    legs: [
      {
        says: user('How warm is it in Oslo, in °C?'),
        answer: answered('Let me look.', {
          calls: [{ name: 'get_weather', input: { city: 'Oslo', unit: 'celsius' } }],
          finish: 'tool_calls',
        }),
      },
      { says: { by: 'tools', results: [{ call: 0, text: '-3 °C, snow ❄' }] }, answer: answered('It is -3 °C.') },
    ],
  },
  {
    feature: 'parallel tools',
    setup: { ...plain, tools: [getWeather, getTime] },
    legs: [
      {
        says: user('The weather in Oslo and in Málaga, and the time in Oslo?'),
        answer: answered('', {
          calls: [
            { name: 'get_weather', input: { city: 'Oslo' } },
            { name: 'get_weather', input: { city: 'Málaga' } },
            { name: 'get_time', input: { city: 'Oslo' } },
          ],
          finish: 'tool_calls',
        }),
      },
      {
        says: {
          by: 'tools',
          // Not in the order in which they were asked for.
          results: [
            { call: 2, text: '14:05' },
            { call: 1, text: 'sun' },
            { call: 0, text: 'snow' },
          ],
        },
        answer: answered('Snow in Oslo at 14:05, sun in Málaga.'),
      },
    ],
  },
  {
    feature: 'image',
    setup: plain,
    legs: [{ says: { by: 'user', text: 'What is this?', picture }, answer: answered('One pixel.') }],
  },
  {
    feature: 'JSON schema',
    setup: {
      ...plain,
      schema: {
        type: 'object',
        properties: { city: { type: 'string' }, population: { type: 'integer' } },
        required: ['city', 'population'],
        additionalProperties: false,
      },
    },
    legs: [{ says: user('Facts about Paris.'), answer: answered('{"city": "Paris", "population": 2102650}') }],
  },
  {
    feature: 'reasoning',
    setup: { ...plain, reasons: true, maxTokens: 8_000 },
    legs: [
      {
        says: user('What is 2 + 2?'),
        answer: answered('4', {
          reasoning: 'Two and two… 二と二。',
          usage: { prompt: 31, completion: 57, cached: 0, reasoning: 40 },
        }),
      },
    ],
  },
  {
    feature: 'stop sequence',
    setup: { ...plain, stop: ['END', '###'] },
    legs: [{ says: user('Count.'), answer: answered('One, two, ', { stoppedBy: 'END' }) }],
  },
  {
    feature: 'length limit',
    setup: { ...plain, maxTokens: 16 },
    legs: [{ says: user('Tell a story.'), answer: answered('Once upon a', { finish: 'length' }) }],
  },
];
