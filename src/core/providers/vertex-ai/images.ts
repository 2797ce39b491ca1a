/** Pictures by Imagen on Vertex AI: made from a text, or changed by one. */
// https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api
import { GatewayError } from '../../errors/gateway-error.js';
import type { ImageRequest, ImageResponse } from '../../schema/openai/images.js';
import { bytesOf, type UploadedFile } from '../../schema/uploaded-file.js';
import type { EndpointCall, ImageAdapter, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { maskSecrets } from '../openai-compatible/mask-secrets.js';
import { imageVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import type { JsonObject } from '../openai-compatible/quirk.js';
import { invalidAnswer, objectOf, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { methodPath } from './address.js';
import { readModel } from './model-family.js';
import { parseError } from './parse-error.js';
import { providerId } from './provider-id.js';

type Call = EndpointCall<ImageRequest>;

const supported: ReadonlySet<string> = new Set(['n', 'size', 'output_format', 'output_compression', 'response_format']);
/** Width over height, of what Imagen makes. */
const ratios: readonly (readonly [string, number])[] = [
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
    const { endpoint, model, parameters } = call;
    return {
      method: 'POST',
      origin: endpoint.origin,
      path: methodPath(endpoint.basePath, readModel(model).resource, 'predict'),
      headers: { 'content-type': 'application/json', ...parameters.extraHeaders },
      body: JSON.stringify({ ...buildBody(call), ...parameters.extraBody }),
    };
  },
  parseResponse: parseImages,
  parseError,
};

function buildBody(call: Call): JsonObject {
  const context = { provider: providerId, model: call.model, vocabulary: imageVocabulary };
  const asked = applyParameterPolicy(withoutNeutral(call.body), supported, true, call.parameters, context);
  const {
    model: _model,
    prompt,
    image,
    mask,
    n,
    size,
    output_format,
    output_compression,
    response_format,
    ...own
  } = asked as unknown as ImageRequest & JsonObject;
  if (response_format === 'url' && !call.parameters.dropUnsupported)
    throw new GatewayError('unsupported_parameter', {
      param: 'response_format',
      facts: { param: 'response_format', provider: providerId, model: call.model },
      provider: providerId,
    });
  const format = typeof output_format === 'string' ? { mimeType: `image/${output_format}` } : undefined;
  const quality = typeof output_compression === 'number' ? { compressionQuality: output_compression } : undefined;
  const aspectRatio = typeof size === 'string' ? toAspectRatio(size) : undefined;
  const edits = image && image.length > 0;
  return {
    instances: [{ prompt, ...(edits && { referenceImages: toReferences(image, mask) }) }],
    parameters: {
      sampleCount: n ?? 1,
      ...(aspectRatio !== undefined && { aspectRatio }),
      ...((format ?? quality) && { outputOptions: { ...format, ...quality } }),
      ...(edits && { editMode: mask ? 'EDIT_MODE_INPAINT_INSERTION' : 'EDIT_MODE_DEFAULT' }),
      ...own,
    },
  };
}

/** Values that ask for what happens anyway. */
function withoutNeutral(body: ImageRequest): ImageRequest {
  const idle = ['stream', 'quality', 'background'].filter((name) => !body[name] || body[name] === 'auto');
  return Object.fromEntries(Object.entries(body).filter(([name]) => !idle.includes(name))) as unknown as ImageRequest;
}

/** `1792x1024` is nearest to 16:9. Undefined where Imagen may choose. */
function toAspectRatio(size: string): string | undefined {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  if (Number(width) > 0 && Number(height) > 0) {
    const distance = (ratio: number): number => Math.abs(Math.log(Number(width) / Number(height) / ratio));
    return ratios.reduce((best, each) => (distance(each[1]) < distance(best[1]) ? each : best))[0];
  }
  return /^\d+:\d+$/.test(size) ? size : undefined;
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api-edit */
function toReferences(pictures: readonly UploadedFile[], mask: UploadedFile | undefined): readonly JsonObject[] {
  const references: JsonObject[] = pictures.map((picture, index) => ({
    referenceType: 'REFERENCE_TYPE_RAW',
    referenceId: index + 1,
    referenceImage: toBytes(picture),
  }));
  if (!mask) return references;
  const masked = {
    referenceType: 'REFERENCE_TYPE_MASK',
    referenceId: pictures.length + 1,
    referenceImage: toBytes(mask),
    maskImageConfig: { maskMode: 'MASK_MODE_USER_PROVIDED' },
  };
  return [...references, masked];
}

function toBytes(file: UploadedFile): JsonObject {
  return { bytesBase64Encoded: Buffer.from(bytesOf(file)).toString('base64') };
}

/** Pictures that a filter took out are missing; where it took all, the request is refused. */
function parseImages(response: InboundResponse, call: Call): ParsedAnswer<ImageResponse> {
  const received = readJsonAnswer(response.body, providerId);
  const { predictions = [] } = received;
  if (!Array.isArray(predictions)) throw invalidAnswer(providerId, 'images without a list of predictions');
  const all = predictions.map((each: unknown) => objectOf(each));
  const made = all.filter((each) => typeof each['bytesBase64Encoded'] === 'string');
  if (made.length === 0) {
    const reason = all.map((each) => each['raiFilteredReason']).find((each) => typeof each === 'string');
    if (reason === undefined && all.length > 0) throw invalidAnswer(providerId, 'an image without content');
    const message = reason === undefined ? undefined : maskSecrets(reason);
    throw new GatewayError('content_policy_violation', { message, provider: providerId });
  }
  const data = made.map(({ bytesBase64Encoded, prompt }) => ({
    b64_json: bytesBase64Encoded as string,
    ...(typeof prompt === 'string' && { revised_prompt: prompt }),
  }));
  return {
    answer: { created: call.created, data },
    usage: { promptTokens: 0, completionTokens: 0, images: data.length },
  };
}
