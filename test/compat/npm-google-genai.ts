/** The calls of an application that uses Google's own client; prints what it saw as JSON. `npm-google-genai.ts '{"url": ..., "key": ...}'` */
import { ApiError, GoogleGenAI, Type } from '@google/genai';

const { url, key } = JSON.parse(process.argv[2] ?? '{}') as { readonly url: string; readonly key: string };
const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
const contents = 'What is the capital of France?';
const config = { systemInstruction: 'Be brief.', maxOutputTokens: 100, temperature: 0 };
const weather = {
  name: 'get_weather',
  parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ['city'] },
};
const tools = [{ functionDeclarations: [weather] }];

async function chat(model: string): Promise<object> {
  const { text, usageMetadata, candidates } = await client.models.generateContent({ model, contents, config });
  return { text, finish: candidates?.[0]?.finishReason, total: usageMetadata?.totalTokenCount };
}

async function stream(model: string): Promise<object> {
  let text = '';
  let last: { total?: number | undefined; finish?: unknown } = {};
  let parts = 0;
  for await (const chunk of await client.models.generateContentStream({ model, contents, config })) {
    text += chunk.text ?? '';
    parts += 1;
    last = { total: chunk.usageMetadata?.totalTokenCount, finish: chunk.candidates?.[0]?.finishReason };
  }
  return { text, severalParts: parts > 1, ...last };
}

async function call(model: string): Promise<object> {
  const { functionCalls } = await client.models.generateContent({ model, contents: 'Weather?', config: { tools } });
  return { calls: functionCalls?.map(({ name, args, id }) => ({ name, args, hasId: typeof id === 'string' })) };
}

async function fail(model: string): Promise<object> {
  try {
    await client.models.generateContent({ model, contents });
    return { failed: false };
  } catch (error) {
    return { isApiError: error instanceof ApiError, status: (error as ApiError).status };
  }
}

const report: Record<string, unknown> = {};
for (const provider of ['openai', 'anthropic', 'gemini']) {
  report[`${provider}-chat`] = await chat(`${provider}-chat`);
  report[`${provider}-stream`] = await stream(`${provider}-stream`);
}
for (const provider of ['openai', 'anthropic']) report[`${provider}-tools`] = await call(`${provider}-tools`);
report['permission'] = await fail('openai-permission');
report['unknown'] = await fail('nobody');
console.log(JSON.stringify(report));
