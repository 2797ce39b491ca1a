/** Conversations of an application that uses Google's own package from npm; prints what it saw as JSON. */
import { ApiError, GoogleGenAI, Type, type Content, type GenerateContentResponse } from '@google/genai';

const { url, key } = JSON.parse(process.argv[2] ?? '{}') as { readonly url: string; readonly key: string };
const { models, chats } = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
const contents = 'What is the capital of France?';
const config = { systemInstruction: 'Be brief.', maxOutputTokens: 100, temperature: 0 };
const functionDeclarations = ['get_weather', 'get_time'].map((name) => ({
  name,
  parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ['city'] },
}));
const tools = [{ functionDeclarations }];
const factsSchema = {
  type: 'object',
  properties: {
    city: { type: 'string' },
    population: { type: 'integer' },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['city', 'population', 'tags'],
};

const counts = ({ usageMetadata: usage }: GenerateContentResponse) =>
  usage && [usage.promptTokenCount, usage.candidatesTokenCount];
const finishOf = ({ candidates }: GenerateContentResponse) => candidates?.[0]?.finishReason;
const partsOf = ({ candidates }: GenerateContentResponse) => candidates?.[0]?.content?.parts ?? [];

async function chunksOf(stream: Promise<AsyncGenerator<GenerateContentResponse>>): Promise<GenerateContentResponse[]> {
  const chunks: GenerateContentResponse[] = [];
  for await (const chunk of await stream) chunks.push(chunk);
  return chunks;
}

async function stream(model: string): Promise<object> {
  const chunks = await chunksOf(models.generateContentStream({ model, contents, config }));
  const pieces = chunks.flatMap(({ text }) => (text ? [text] : []));
  const last = chunks.at(-1);
  return {
    text: pieces.join(''),
    finish: last && finishOf(last),
    usage: last && counts(last),
    severalPieces: pieces.length > 1,
  };
}

const readCalls = (answers: readonly GenerateContentResponse[]) => ({
  finish: answers.map(finishOf).findLast(Boolean),
  calls: answers
    .flatMap(({ functionCalls = [] }) => functionCalls)
    .map(({ id, name, args }) => ({ id, name, arguments: args })),
});

/** Answers the model's calls as an application does, with the model's turn as it came. */
async function roundTrip(model: string): Promise<string | undefined> {
  const question: Content = { role: 'user', parts: [{ text: 'Weather in Oslo?' }] };
  const first = await models.generateContent({ model, contents: [question], config: { tools } });
  const turn = first.candidates?.[0]?.content;
  if (!turn) throw new Error('The model said nothing.');
  const results = (first.functionCalls ?? []).map(({ id, name }) => ({
    functionResponse: { ...(id !== undefined && { id }), ...(name !== undefined && { name }), response: { temp: -3 } },
  }));
  const turns = [question, turn, { role: 'user', parts: results }];
  return (await models.generateContent({ model, contents: turns, config: { tools } })).text;
}

const asFacts = { responseMimeType: 'application/json', responseJsonSchema: factsSchema };

async function structured(model: string): Promise<unknown> {
  return JSON.parse((await models.generateContent({ model, contents, config: asFacts })).text ?? '');
}

async function streamStructured(model: string): Promise<unknown> {
  const chunks = await chunksOf(models.generateContentStream({ model, contents, config: asFacts }));
  return JSON.parse(chunks.map(({ text }) => text ?? '').join(''));
}

const thoughtsOf = (answers: readonly GenerateContentResponse[]) => {
  const parts = answers.flatMap(partsOf);
  const textOf = (thought: boolean): string =>
    parts.map((part) => (Boolean(part.thought) === thought ? (part.text ?? '') : '')).join('');
  return {
    thought: textOf(true),
    signature: parts.find(({ thoughtSignature: signature }) => signature)?.thoughtSignature ?? null,
    text: textOf(false),
  };
};

async function think(model: string): Promise<object> {
  const asked = { maxOutputTokens: 2_048, thinkingConfig: { includeThoughts: true, thinkingBudget: 1_024 } };
  const whole = await models.generateContent({ model, contents, config: asked });
  const streamed = await chunksOf(models.generateContentStream({ model, contents, config: asked }));
  // The model's own turn goes back with the next question.
  const turn = whole.candidates?.[0]?.content;
  const turns = [
    { role: 'user', parts: [{ text: contents }] },
    ...(turn ? [turn] : []),
    { role: 'user', parts: [{ text: 'Sure?' }] },
  ];
  await models.generateContent({ model, contents: turns, config: asked });
  return { whole: thoughtsOf([whole]), streamed: thoughtsOf(streamed) };
}

/** The package keeps the history itself, and sends it with each message; of a streamed answer it keeps every piece as a turn. */
async function chat(model: string): Promise<object> {
  const conversation = chats.create({ model, config });
  await conversation.sendMessage({ message: contents });
  await chunksOf(conversation.sendMessageStream({ message: 'Are you sure?' }));
  await conversation.sendMessage({ message: 'Really?' });
  const turns: [string | undefined, string][] = [];
  for (const { role, parts = [] } of conversation.getHistory(true)) {
    const text = parts.map((part) => part.text).join('');
    const last = turns.at(-1);
    if (last && last[0] === role) last[1] += text;
    else turns.push([role, text]);
  }
  return turns;
}

async function errorOf(call: () => Promise<unknown>): Promise<object> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { error: error.name, status: error.status, message: error.message };
  }
  throw new Error('The call did not fail.');
}

async function readFailingStream(model: string): Promise<object> {
  let text = '';
  try {
    for await (const chunk of await models.generateContentStream({ model, contents })) text += chunk.text ?? '';
  } catch (error) {
    return { text, error: error instanceof ApiError ? error.name : String(error) };
  }
  return { text, error: null };
}

async function callProvider(provider: string): Promise<Record<string, unknown>> {
  const generate = (scenario: string) => models.generateContent({ model: `${provider}-${scenario}`, contents, config });
  const asked = { model: `${provider}-tools`, contents, config: { tools } };
  const whole = await generate('chat');
  return {
    chat: { text: whole.text, finish: finishOf(whole), usage: counts(whole) },
    stream: await stream(`${provider}-chat`),
    tools: readCalls([await models.generateContent(asked)]),
    streamedTools: readCalls(await chunksOf(models.generateContentStream(asked))),
    afterTools: await roundTrip(`${provider}-agent`),
    structured: await structured(`${provider}-structured`),
    streamedStructured: await streamStructured(`${provider}-structured`),
    thoughts: await think(`${provider}-thinking`),
    conversation: await chat(`${provider}-chat`),
    permission: await errorOf(() => generate('permission')),
    'not-found': await errorOf(() => generate('not-found')),
    'rate-limit': await errorOf(() => generate('rate-limit')),
    overloaded: await errorOf(() => generate('overloaded')),
    streamError: await readFailingStream(`${provider}-stream-error`),
  };
}

const report: Record<string, unknown> = {};
for (const provider of ['openai', 'anthropic', 'gemini', 'bedrock']) report[provider] = await callProvider(provider);
const stranger = new GoogleGenAI({ apiKey: `sk-${'w'.repeat(40)}`, httpOptions: { baseUrl: url } });
report['gateway'] = {
  unknownModel: await errorOf(() => models.generateContent({ model: 'nobody', contents })),
  wrongKey: await errorOf(() => stranger.models.generateContent({ model: 'openai-chat', contents })),
};
console.log(JSON.stringify(report));
