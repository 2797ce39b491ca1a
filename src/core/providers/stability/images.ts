/** Pictures: a form goes out, one picture comes back; what takes long is asked for again. */
// https://platform.stability.ai/docs/api-reference
import { GatewayError } from '../../errors/gateway-error.js';
import type { ImageRequest, ImageResponse } from '../../schema/openai/images.js';
import type { EndpointCall, FollowUp, ImageAdapter, ParsedAnswer } from '../../spec/endpoint-adapter.js';
import type { InboundResponse, OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from '../openai-compatible/apply-parameter-policy.js';
import { toFormFields } from '../openai-compatible/endpoints/form-fields.js';
import { encodeForm } from '../openai-compatible/endpoints/multipart.js';
import { imageVocabulary } from '../openai-compatible/endpoints/openai-endpoint-params.js';
import { parseOpenAiError } from '../openai-compatible/parse-error.js';
import { invalidAnswer, readJsonAnswer } from '../openai-compatible/read-answer.js';
import { isEditor, modelPath } from './model-path.js';
import { providerId as provider } from './provider-id.js';

type Call = EndpointCall<ImageRequest>;

const supported: ReadonlySet<string> = new Set(['n', 'output_format', 'response_format', 'size']);
/** Stability advises to ask no more often. */
const pollMs = 10_000;

/** OpenAI's sizes as the shapes that Stability knows. */
const shapes: Readonly<Record<string, string>> = {
  '1024x1024': '1:1',
  '1024x1536': '2:3',
  '1024x1792': '9:16',
  '1536x1024': '3:2',
  '1792x1024': '16:9',
  '256x256': '1:1',
  '512x512': '1:1',
};

export const images: ImageAdapter = {
  supportedParams: () => supported,
  buildRequest,
  parseResponse,
  parseError,
};

function buildRequest(call: Call): OutboundRequest {
  const { endpoint, parameters, model } = call;
  const target = modelPath(model);
  if (!target)
    throw refused('model', `${model} is none of Stability's: such as stable-image-core, sd3.5-large, inpaint`);
  const context = { provider, model, vocabulary: imageVocabulary };
  const asked = applyParameterPolicy(call.body, supported, true, parameters, context);
  const { model: _asked, n, size, response_format: format, image, mask, ...rest } = asked;
  if (typeof n === 'number' && n > 1) throw refused('n', 'Stability makes one picture for a request');
  if (format === 'url')
    throw refused('response_format', 'Stability gives pictures themselves, no addresses: ask for `b64_json`');
  const [picture, ...others] = Array.isArray(image) ? (image as readonly unknown[]) : [];
  if (others.length > 0) throw refused('image', 'Stability changes one picture for a request');
  if (isEditor(model) && picture === undefined) throw refused('image', `${model} changes a picture: upload one`);
  const fields = { ...rest, ...shapeOf(size), ...(target.model !== undefined && { model: target.model }) };
  const files = { ...(picture !== undefined && { image: picture }), ...(mask !== undefined && { mask }) };
  const mode = target.path === 'generate/sd3' && picture !== undefined ? { mode: 'image-to-image' } : {};
  const { contentType, ...form } = encodeForm(toFormFields({ ...mode, ...fields, ...files, ...parameters.extraBody }));
  return {
    method: 'POST',
    origin: endpoint.origin,
    path: `${basePath(endpoint.basePath)}/stable-image/${target.path}`,
    headers: { 'content-type': contentType, accept: 'application/json', ...parameters.extraHeaders },
    ...form,
  };
}

function basePath(base: string): string {
  return base.endsWith('/v2beta') ? base : `${base}/v2beta`;
}

function shapeOf(size: unknown): object {
  if (typeof size !== 'string' || size === 'auto') return {};
  const shape = Object.hasOwn(shapes, size) ? shapes[size] : undefined;
  if (shape === undefined) throw refused('size', `may be ${Object.keys(shapes).join(', ')}; or send \`aspect_ratio\``);
  return { aspect_ratio: shape };
}

function parseResponse(response: InboundResponse, call: Call): ParsedAnswer<ImageResponse> | FollowUp {
  const { image, result, finish_reason: finish, id } = readJsonAnswer(response.body, provider);
  if (finish === 'CONTENT_FILTERED')
    throw new GatewayError('content_policy_violation', { provider, message: 'The picture was filtered by Stability.' });
  const base64 = image ?? result;
  if (typeof base64 === 'string') {
    const answer = { created: call.created, data: [{ b64_json: base64 }] };
    return { answer, usage: { promptTokens: 0, completionTokens: 0, images: 1 } };
  }
  if (typeof id === 'string') return { next: resultRequest(id, call), afterMs: pollMs };
  throw invalidAnswer(provider, 'an answer without a picture');
}

/** https://platform.stability.ai/docs/api-reference#tag/Results */
function resultRequest(id: string, { endpoint, parameters }: Call): OutboundRequest {
  return {
    method: 'GET',
    origin: endpoint.origin,
    path: `${basePath(endpoint.basePath)}/results/${encodeURIComponent(id)}`,
    headers: { accept: 'application/json', ...parameters.extraHeaders },
  };
}

/** A request that moderation stopped has a name of its own. Never throws. */
function parseError(response: InboundResponse): GatewayError {
  const error = parseOpenAiError(response, provider);
  if (!new TextDecoder().decode(response.body).includes('"content_moderation"')) return error;
  const { message, status } = error;
  return new GatewayError('content_policy_violation', { message, status, provider });
}

function refused(param: string, reason: string): GatewayError {
  return new GatewayError('invalid_request', { param, provider, facts: { reason: `\`${param}\`: ${reason}.` } });
}
