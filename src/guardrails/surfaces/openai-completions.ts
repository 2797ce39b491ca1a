/** Texts of OpenAI's text completions. */
// https://platform.openai.com/docs/api-reference/completions
import { entries, numberOf, objects, reading, type EventReading, type JsonObject, type Surface } from './surface.js';

export const openAiCompletionsSurface: Surface = {
  readRequest: ({ prompt, suffix }) =>
    reading((found) => {
      found.content(['prompt'], prompt, 'user');
      found.text(['suffix'], suffix, 'user');
      if (entries(prompt).some(([, part]) => typeof part !== 'string')) found.unreadable = 'prompt';
    }),
  readAnswer: (body) =>
    reading((found) => {
      for (const [at, { text, logprobs }] of objects(body['choices'])) {
        const echoes = logprobs ? [['choices', at, 'logprobs']] : [];
        found.text(['choices', at, 'text'], text, 'assistant', { echoes });
      }
    }),
  readEvent: readCompletionEvent,
};

function readCompletionEvent(data: JsonObject): EventReading {
  const choices = objects(data['choices']).map(([at, choice]) => ({
    at,
    choice,
    index: numberOf(choice['index'], at),
  }));
  return {
    fragments: choices.flatMap(({ at, choice: { text, logprobs }, index }) =>
      typeof text === 'string' && text !== ''
        ? [
            {
              channel: `${index}/text`,
              path: ['choices', at, 'text'],
              text,
              echoes: logprobs ? [['choices', at, 'logprobs']] : [],
            },
          ]
        : [],
    ),
    ends: choices.flatMap(({ choice, index }) => (typeof choice['finish_reason'] === 'string' ? [`${index}/`] : [])),
  };
}
