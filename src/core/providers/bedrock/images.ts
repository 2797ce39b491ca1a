/** Pictures on Bedrock by InvokeModel: Amazon Nova Canvas and Titan, Stability's models. */
// https://docs.aws.amazon.com/nova/latest/userguide/image-gen-req-resp-structure.html and
// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-stability-diffusion.html
import { GatewayError } from '../../errors/gateway-error.js';
import type { ImageRequest, ImageResponse } from '../../schema/openai/images.js';
import { bytesOf, type UploadedFile } from '../../schema/uploaded-file.js';
import type { EndpointCall, ImageAdapter, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { maskSecrets } from '../openai-compatible/mask-secrets.js';
import { imageVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { readJsonAnswer } from '../openai-compatible/read-answer.js';
import { inRegion } from './aws-address.js';
import { modelPath, readModel } from './model-id.js';
import { parseAwsError } from './parse-error.js';
import { invalidAnswer, providerId, refuse, unsupported } from './provider-id.js';

type Call = EndpointCall<ImageRequest>;
type JsonObject = Readonly<Record<string, unknown>>;

const amazonParams: ReadonlySet<string> = new Set(['n', 'size', 'quality', 'style', 'response_format']);
const stabilityParams: ReadonlySet<string> = new Set(['size', 'output_format', 'response_format']);
/** Width over height, of what Stability's models make. */
const ratios = new Map(
  ['16:9', '1:1', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21'].map((ratio) => {
    const [width, height] = ratio.split(':').map(Number);
    return [ratio, Number(width) / Number(height)] as const;
  }),
);
const qualities = new Map(Object.entries({ hd: 'premium', high: 'premium', premium: 'premium' }));

export const images: ImageAdapter = {
  inlinesFiles: true,
  supportedParams: (model) => (isStability(model, {}) ? stabilityParams : amazonParams),
  buildRequest(call) {
    const { endpoint, model, parameters } = call;
    const { id, region } = readModel(model, parameters.provider);
    return {
      method: 'POST',
      origin: inRegion(endpoint.origin, region),
      path: modelPath(endpoint.basePath, id, 'invoke'),
      headers: { 'content-type': 'application/json', accept: 'application/json', ...parameters.extraHeaders },
      body: JSON.stringify({ ...buildBody(call), ...parameters.extraBody }),
    };
  },
  parseResponse,
  parseError: (response) => parseAwsError(response, providerId),
};

function isStability(model: string, settings: JsonObject): boolean {
  return readModel(model, settings).maker === 'stability';
}

function buildBody(call: Call): JsonObject {
  const stability = isStability(call.model, call.parameters.provider);
  const context = { provider: providerId, model: call.model, vocabulary: imageVocabulary };
  const params = stability ? stabilityParams : amazonParams;
  const asked = applyParameterPolicy(withoutNeutral(call.body), params, true, call.parameters, context);
  const {
    model: _model,
    model_id: _id,
    response_format: format,
    ...rest
  } = asked as unknown as ImageRequest & JsonObject;
  if (format === 'url' && !call.parameters.dropUnsupported) throw unsupported('response_format', call.model);
  const own = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => value != null && !name.startsWith('aws_')),
  ) as unknown as ImageRequest;
  return stability ? stabilityBody(own) : amazonBody(own);
}

/** Values that ask for what happens anyway. */
function withoutNeutral(body: ImageRequest): JsonObject {
  const idle = ['stream', 'background', 'moderation', 'quality', 'size'].filter(
    (name) => !body[name] || body[name] === 'auto',
  );
  const kept = Object.entries(body).filter(([name, value]) => !idle.includes(name) && !(name === 'n' && value === 1));
  return Object.fromEntries(kept);
}

function amazonBody({ prompt, image, mask, n, size, quality, style, ...own }: ImageRequest): JsonObject {
  const { negative_prompt: negative, negativeText, ...members } = own as JsonObject;
  const { imageGenerationConfig, seed, cfgScale, cfg_scale: scale, ...others } = members;
  const place = size == null ? undefined : sizeOf(size);
  const config = {
    numberOfImages: n ?? 1,
    ...place,
    ...(quality != null && { quality: qualities.get(quality) ?? 'standard' }),
    ...(seed != null && { seed }),
    ...((cfgScale ?? scale) != null && { cfgScale: cfgScale ?? scale }),
    ...(typeof imageGenerationConfig === 'object' ? imageGenerationConfig : undefined),
  };
  const words = { text: prompt, ...((negativeText ?? negative) != null && { negativeText: negativeText ?? negative }) };
  return { ...amazonTask(words, image, mask, style), imageGenerationConfig: config, ...others };
}

function amazonTask(
  words: JsonObject,
  image: readonly UploadedFile[] | undefined,
  mask: UploadedFile | undefined,
  style: unknown,
): JsonObject {
  const [first] = image ?? [];
  if (!image || !first)
    return { taskType: 'TEXT_IMAGE', textToImageParams: { ...words, ...(style != null && { style }) } };
  if (mask)
    return {
      taskType: 'INPAINTING',
      inPaintingParams: { ...words, image: base64Of(first), maskImage: base64Of(mask) },
    };
  return { taskType: 'IMAGE_VARIATION', imageVariationParams: { ...words, images: image.map(base64Of) } };
}

function stabilityBody({ prompt, image, mask, size, output_format: format, ...own }: ImageRequest): JsonObject {
  const [first, ...others] = image ?? [];
  if (others.length > 0 || (mask && !first)) return refuse('image', 'Stability takes one picture, and a mask with it');
  const { n: _one, ...members } = own;
  return {
    prompt,
    ...(first && { image: base64Of(first), ...(!mask && { mode: 'image-to-image', strength: 0.7 }) }),
    ...(mask && { mask: base64Of(mask) }),
    ...(!first && size != null && { aspect_ratio: toRatio(size) }),
    ...(format != null && { output_format: format === 'jpg' ? 'jpeg' : format }),
    ...members,
  };
}

function base64Of(file: UploadedFile): string {
  return Buffer.from(bytesOf(file)).toString('base64');
}

function sizeOf(size: string): { readonly width: number; readonly height: number } {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  return width === undefined
    ? refuse('size', 'is not of the form 1024x1024')
    : { width: Number(width), height: Number(height) };
}

/** `1792x1024` is nearest to 16:9. */
function toRatio(size: string): string {
  if (ratios.has(size)) return size;
  const { width, height } = sizeOf(size);
  const distance = (ratio: number): number => Math.abs(Math.log(width / height / ratio));
  return [...ratios].reduce((best, each) => (distance(each[1]) < distance(best[1]) ? each : best))[0];
}

/** What a filter took out is missing; where it took all, the request is refused. */
function parseResponse(response: InboundResponse, call: Call): ParsedAnswer<ImageResponse> {
  const received = parseAnswer(response);
  const { images: made, error, finish_reasons: finishes } = received;
  const data = Array.isArray(made)
    ? made.filter((each): each is string => typeof each === 'string' && each !== '')
    : [];
  const reasons = [error, ...(Array.isArray(finishes) ? (finishes as readonly unknown[]) : [])];
  const reason = reasons.find((each): each is string => typeof each === 'string' && each !== '');
  if (data.length === 0 && reason !== undefined) {
    const code = reason === 'Inference error' ? 'upstream_internal' : 'content_policy_violation';
    throw new GatewayError(code, { message: maskSecrets(reason), provider: providerId });
  }
  if (data.length === 0) throw invalidAnswer('an answer without pictures');
  return {
    answer: { created: call.created, data: data.map((each) => ({ b64_json: each })) },
    usage: { promptTokens: 0, completionTokens: 0, images: data.length },
  };
}

/** `error` is a text beside the pictures here, not a failure of the whole. */
function parseAnswer({ body }: InboundResponse): JsonObject {
  const text = new TextDecoder().decode(body);
  const received: unknown = /"error"/.test(text) ? safeParse(text) : undefined;
  return typeof received === 'object' && received !== null
    ? (received as JsonObject)
    : readJsonAnswer(text, providerId);
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The reader of answers says what is wrong with it.
    return undefined;
  }
}
