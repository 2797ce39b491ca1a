/** The model that a native request is for, and how much it may answer: from its path, its query, or its JSON body. */

export interface AskedModel {
  /** Undefined where the request names none. */
  readonly name: string | undefined;
  readonly stream: boolean;
  /** Undefined where the request sets no limit. */
  readonly maxTokens: number | undefined;
  readonly answers: number | undefined;
}

export type JsonBody = Readonly<Record<string, unknown>>;

const inPath = [
  // https://ai.google.dev/api/generate-content: `/v1beta/models/gemini-2.5-flash:generateContent`
  /\/(?:models|tunedModels)\/([^/:?]+):[A-Za-z]+$/,
  // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
  /\/model\/([^/]+)\/[a-z-]+$/,
  // https://learn.microsoft.com/azure/ai-services/openai/reference
  /\/openai\/deployments\/([^/]+)\//,
];

/** @param path decoded */
export function askedModel(path: string, query: string, body: JsonBody | undefined): AskedModel {
  const fromPath = inPath.map((pattern) => pattern.exec(path)?.[1]).find((name) => name !== undefined);
  const name = fromPath ?? textOf(body?.['model']) ?? textOf(new URLSearchParams(query).get('model'));
  const generation = mapOf(body?.['generationConfig'] ?? body?.['generation_config']);
  const inference = mapOf(body?.['inferenceConfig']);
  const limits = [
    ...[body?.['max_completion_tokens'], body?.['max_tokens'], body?.['max_output_tokens']],
    ...[generation['maxOutputTokens'], generation['max_output_tokens'], inference['maxTokens']],
  ];
  return {
    name: name?.replace(/^models\//, ''),
    stream: body?.['stream'] === true || /:stream[A-Z]|-stream$/.test(path),
    maxTokens: limits.find((limit): limit is number => typeof limit === 'number' && limit >= 0),
    answers: numberOf(body?.['n'] ?? generation['candidateCount']),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 512 ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 ? value : undefined;
}

function mapOf(value: unknown): JsonBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonBody) : {};
}
