/** Counts tokens by Google's own client, which needs a process of its own; prints what it saw as JSON. `npm-google-count.ts '{"url": ..., "key": ..., "models": [...]}'` */
import { ApiError, GoogleGenAI } from '@google/genai';

const { url, key, models } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly url: string;
  readonly key: string;
  readonly models: readonly string[];
};
const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });

async function count(model: string): Promise<object> {
  try {
    const { totalTokens } = await client.models.countTokens({ model, contents: 'What is the capital of France?' });
    return { totalTokens };
  } catch (error) {
    return { isApiError: error instanceof ApiError, status: (error as ApiError).status };
  }
}

const report: Record<string, object> = {};
for (const model of models) report[model] = await count(model);
console.log(JSON.stringify(report));
