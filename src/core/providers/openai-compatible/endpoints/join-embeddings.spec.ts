import { joinEmbeddings } from './join-embeddings.js';

const one = (embedding: number, tokens?: number) => ({
  object: 'list' as const,
  model: 'm',
  data: [{ object: 'embedding' as const, index: 0, embedding: [embedding] }],
  ...(tokens !== undefined && { usage: { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens } }),
});

it('numbers the vectors anew and adds up what they took', () => {
  const joined = joinEmbeddings([one(0.1, 2), one(0.2, 3)]);
  expect(joined.data.map(({ index, embedding }) => [index, embedding])).toEqual([
    [0, [0.1]],
    [1, [0.2]],
  ]);
  expect(joined.usage).toMatchObject({ prompt_tokens: 5, total_tokens: 5 });
});

it('reports no usage where none was reported', () => {
  expect(joinEmbeddings([one(0.1), one(0.2)])).not.toHaveProperty('usage');
});
