/** The images of the engine: generation as JSON, edits as a form. */
// https://platform.openai.com/docs/api-reference/images
import type { ImageResponse } from '../../../schema/openai/images.js';
import { readCount } from '../../../schema/openai/chat-usage.js';
import type { EndpointCall, ImageAdapter, ParsedAnswer } from '../../../spec/endpoint-adapter.js';
import type { InboundResponse } from '../../../spec/outbound.js';
import type { Usage } from '../../../spec/usage.js';
import type { CatalogRow } from '../catalog-row.js';
import { EndpointRequests } from './endpoint-requests.js';
import { EventStream, type EndpointEvents } from './event-stream.js';
import { toFormFields } from './form-fields.js';
import { encodeForm } from './multipart.js';
import { imageVocabulary } from './openai-endpoint-params.js';
import { parseOpenAiError } from '../parse-error.js';
import { invalidAnswer, mediaTypeOf, objectOf, readJsonAnswer } from '../read-answer.js';

export function createImageAdapter(row: CatalogRow): ImageAdapter {
  const requests = new EndpointRequests(row, 'images', imageVocabulary, ['stream', 'partial_images']);
  return {
    supportedParams: () => requests.supported,
    buildRequest(call) {
      const body = requests.prepareBody(call);
      if (!call.body.image) return requests.post(call, { path: '/images/generations', body: JSON.stringify(body) });
      return requests.post(call, { path: '/images/edits', ...encodeForm(toFormFields(body)) });
    },
    parseResponse: (response, call) => parseImages(row.id, response, call),
    ...(requests.streams && {
      openStream: (head) =>
        mediaTypeOf(head) === 'text/event-stream' ? new EventStream(row.id, imageEvents) : undefined,
    }),
    parseError: (response) => parseOpenAiError(response, row.id),
  };
}

/** Each picture has an event that closes it. */
const imageEvents: EndpointEvents = {
  last: new Set(['image_generation.completed', 'image_edit.completed']),
  usageOf: ({ usage }, before) => readUsage(usage, (before?.images ?? 0) + 1),
};

/** Reads an answer in OpenAI's shape; throws `upstream_invalid_response` for one that is none. */
export function parseImages(
  provider: string,
  response: InboundResponse,
  call: Pick<EndpointCall<unknown>, 'created'>,
): ParsedAnswer<ImageResponse> {
  const received = readJsonAnswer(response.body, provider);
  const { data, created } = received;
  if (!Array.isArray(data)) throw invalidAnswer(provider, 'images without data');
  for (const image of data) {
    const { url, b64_json: base64 } = objectOf(image);
    if (typeof url !== 'string' && typeof base64 !== 'string')
      throw invalidAnswer(provider, 'an image without address and content');
  }
  const answer: ImageResponse = {
    ...received,
    created: typeof created === 'number' ? created : call.created,
    data: data as ImageResponse['data'],
  };
  return { answer, usage: readUsage(received['usage'], data.length) };
}

/** Tokens where the provider counts them; the number of pictures always. */
function readUsage(reported: unknown, images: number): Usage {
  const usage = objectOf(reported);
  const output = readCount(usage['output_tokens']);
  const imageInput = readCount(objectOf(usage['input_tokens_details'])['image_tokens']);
  const details = usage['output_tokens_details'];
  // Where the answer does not say what its tokens are, they are the picture's.
  const imageOutput = details === undefined ? output : readCount(objectOf(details)['image_tokens']);
  return {
    promptTokens: readCount(usage['input_tokens']),
    completionTokens: output,
    ...(imageInput > 0 && { imagePromptTokens: imageInput }),
    ...(imageOutput > 0 && { imageCompletionTokens: imageOutput }),
    images,
  };
}
