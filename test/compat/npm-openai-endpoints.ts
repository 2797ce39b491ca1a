/** Embeddings, pictures, speech and recordings, by an application that uses the `openai` package from npm; prints what it saw as JSON. */
import OpenAI, { APIError, toFile } from 'openai';

const { url, key } = JSON.parse(process.argv[2] ?? '') as { readonly url: string; readonly key: string };
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
const input = ['hello world', 'smør og brød'];

/** What came back, or the error where the provider has no such endpoint. */
async function outcome(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    return {
      error: error.constructor.name,
      status: (error.status as number | undefined) ?? null,
      message: error.message,
    };
  }
}

/** The package asks for base64 where the application names no form, and decodes it: to the precision of 32 bits. */
async function embed(model: string, form: { encoding_format?: 'float' }): Promise<number[][]> {
  const { data } = await client.embeddings.create({ model, input, ...form });
  return data.map(({ embedding }) => embedding.map((value) => Math.round(value * 1e4) / 1e4));
}

const pictures = ({ data = [] }: { data?: readonly { b64_json?: string }[] }) => data.map((one) => one.b64_json);

async function callProvider(provider: string): Promise<Record<string, unknown>> {
  const model = (scenario: string): string => `${provider}-${scenario}`;
  return {
    embeddings: await outcome(() => embed(model('embeddings'), {})),
    embeddingsAsNumbers: await outcome(() => embed(model('embeddings'), { encoding_format: 'float' })),
    images: await outcome(async () =>
      pictures(await client.images.generate({ model: model('images'), prompt: 'A fox' })),
    ),
    imageEdit: await outcome(async () => {
      const image = await toFile(Buffer.from('PNG'), 'a.png', { type: 'image/png' });
      return pictures(await client.images.edit({ model: model('image-edit'), prompt: 'Add a hat', image }));
    }),
    speech: await outcome(async () => {
      const request = { model: model('speech'), voice: 'alloy', input: 'Hello.', response_format: 'wav' } as const;
      const response = await client.audio.speech.create(request);
      return { type: response.headers.get('content-type'), text: await response.text() };
    }),
    transcription: await outcome(async () => {
      const file = await toFile(Buffer.from('ID3'), 'talk.mp3', { type: 'audio/mpeg' });
      return (await client.audio.transcriptions.create({ model: model('transcription'), file, language: 'en' })).text;
    }),
  };
}

const report: Record<string, unknown> = {};
for (const provider of ['openai', 'anthropic', 'gemini', 'bedrock']) report[provider] = await callProvider(provider);
console.log(JSON.stringify(report));
