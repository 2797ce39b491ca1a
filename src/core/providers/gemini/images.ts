/** Pictures of AI Studio: by Imagen, or by the Gemini models that draw. */
// https://ai.google.dev/gemini-api/docs/imagen and /image-generation
import { GatewayError } from '../../errors/gateway-error.js';
import type { ImageRequest, ImageResponse } from '../../schema/openai/images.js';
import { bytesOf } from '../../schema/uploaded-file.js';
import type { GeminiPart } from '../../schema/google/generate-content.js';
import type { EndpointCall, ImageAdapter, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { imageVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { aiStudio } from './gemini-host.js';
import { countSearches, toUsage } from './map-usage.js';
import { parseAnswer, parseError } from './parse-error.js';
import { refuse } from './refuse.js';

type Call = EndpointCall<ImageRequest>;

const { provider } = aiStudio;
const supported: ReadonlySet<string> = new Set(['n', 'response_format', 'size']);
const ratios: readonly (readonly [name: string, ratio: number])[] = [
  ['1:1', 1],
  ['3:4', 3 / 4],
  ['4:3', 4 / 3],
  ['9:16', 9 / 16],
  ['16:9', 16 / 9],
];

export const images: ImageAdapter = {
  inlinesFiles: true,
  supportedParams: () => supported,
  buildRequest(call) {
    const body = isImagen(call) ? imagenBody(call) : geminiBody(call);
    return post(call, isImagen(call) ? 'predict' : 'generateContent', body);
  },
  parseResponse: (response, call) => (isImagen(call) ? parsePredictions(response, call) : parseParts(response, call)),
  parseError: (response) => parseError(response, provider),
};

function isImagen({ model }: Call): boolean {
  return model.replace(/^models\//, '').startsWith('imagen');
}

function post(call: Call, method: string, body: object): OutboundRequest {
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: aiStudio.path(call, method),
    headers: { 'content-type': 'application/json', ...call.parameters.extraHeaders },
    body: JSON.stringify({ ...body, ...call.parameters.extraBody }),
  };
}

interface Asked {
  readonly prompt: string;
  readonly aspectRatio: string | undefined;
  readonly count: number | undefined;
  readonly own: Readonly<Record<string, unknown>>;
}

function readAsked(call: Call): Asked {
  const context = { provider, model: call.model, vocabulary: imageVocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, call.parameters, context);
  const { model: _model, prompt, n, size, response_format: format, image: _image, mask: _mask, ...own } = asked;
  if (format === 'url') refuse('response_format', 'Google sends pictures as base64 only: ask for `b64_json`');
  return {
    prompt: String(prompt),
    aspectRatio: typeof size === 'string' && size !== 'auto' ? toAspectRatio(size) : undefined,
    count: typeof n === 'number' ? n : undefined,
    own,
  };
}

function imagenBody(call: Call): object {
  const { prompt, aspectRatio, count, own } = readAsked(call);
  if (call.body.image) refuse('image', 'Imagen of AI Studio changes no pictures; a Gemini image model does');
  return {
    instances: [{ prompt }],
    parameters: { sampleCount: count ?? 1, ...(aspectRatio !== undefined && { aspectRatio }), ...own },
  };
}

function geminiBody(call: Call): object {
  const { prompt, aspectRatio, count, own } = readAsked(call);
  if (count !== undefined && count > 1) refuse('n', 'Gemini draws one picture with each request');
  const pictures: GeminiPart[] = (call.body.image ?? []).map((file) => ({
    inlineData: { mimeType: file.contentType, data: Buffer.from(bytesOf(file)).toString('base64') },
  }));
  return {
    contents: [{ role: 'user', parts: [{ text: prompt }, ...pictures] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      ...(aspectRatio !== undefined && { imageConfig: { aspectRatio } }),
      ...own,
    },
  };
}

/** `1792x1024` is nearest to 16:9; a ratio is taken as it is. */
function toAspectRatio(size: string): string {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  if (!(Number(width) > 0) || !(Number(height) > 0)) return size;
  const distance = (ratio: number): number => Math.abs(Math.log(Number(width) / Number(height) / ratio));
  return ratios.reduce((best, each) => (distance(each[1]) < distance(best[1]) ? each : best))[0];
}

function parsePredictions(response: InboundResponse, call: Call): ParsedAnswer<ImageResponse> {
  const { predictions = [] } = readJsonAnswer(response.body, provider);
  if (!Array.isArray(predictions)) throw invalidAnswer(provider, 'images without a list of predictions');
  const pictures = predictions.map((each: unknown) => objectOf(each)['bytesBase64Encoded']);
  const made = pictures.filter((base64) => typeof base64 === 'string');
  return { answer: toAnswer(made, call), usage: { promptTokens: 0, completionTokens: 0, images: made.length } };
}

function parseParts(response: InboundResponse, call: Call): ParsedAnswer<ImageResponse> {
  const answer = parseAnswer(new TextDecoder().decode(response.body), provider, 'upstream_internal');
  const parts = (answer.candidates ?? []).flatMap(({ content }) => content?.parts ?? []);
  const made = parts.flatMap(({ inlineData }) => inlineData?.data ?? []);
  const counted = toUsage(answer.usageMetadata, countSearches(answer, call.model));
  const usage = counted ?? { promptTokens: 0, completionTokens: 0 };
  return { answer: toAnswer(made, call), usage: { ...usage, images: made.length } };
}

/** Pictures that a filter took out are missing; where it took all, the request is refused. */
function toAnswer(made: readonly string[], { created }: Call): ImageResponse {
  if (made.length > 0) return { created, data: made.map((base64) => ({ b64_json: base64 })) };
  const message = 'Google made no picture of this prompt: its filters took it out.';
  throw new GatewayError('content_policy_violation', { message, provider });
}
