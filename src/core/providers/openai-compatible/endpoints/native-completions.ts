/** The native pair for OpenAI's text completions: the client's body with the provider's name of the model. */
// https://platform.openai.com/docs/api-reference/completions
import type { CompletionRequest } from '../../../schema/openai/completions.js';
import type { NativeAdapter, NativeCall } from '../../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../../spec/outbound.js';
import type { CatalogRow } from '../catalog-row.js';
import { applySplices, scanTopLevel } from '../json-splice.js';
import { mapUsage } from '../map-usage.js';
import { OpenAiStreamTap } from '../native-stream-tap.js';
import { findReportedError } from '../parse-error.js';
import { invalidAnswer, readJsonAnswer } from '../read-answer.js';
import { requestPath, withCallHeaders } from '../request-address.js';

export function nativeCompletions(
  row: CatalogRow,
  accepts: (model: string) => boolean,
): NativeAdapter<CompletionRequest> {
  const headerQuirks = (row.quirks ?? []).filter((quirk) => quirk.headers);
  return {
    accepts: ({ model }) => accepts(model),
    buildRequest(call): OutboundRequest {
      const accept = call.stream ? 'text/event-stream' : 'application/json';
      const headers = { ...row.headers, 'content-type': 'application/json', accept };
      return {
        method: 'POST',
        origin: call.endpoint.origin,
        path: requestPath(row, '/completions', call),
        headers: withCallHeaders(headers, headerQuirks, call),
        body: bodyOf(call, row),
      };
    },
    readResponse({ body }) {
      const answer = readJsonAnswer(body, row.id);
      const reported = findReportedError(answer, row.id, 'upstream_internal');
      if (reported) throw reported;
      if (!Array.isArray(answer['choices'])) throw invalidAnswer(row.id, 'a completion without choices');
      return { body, usage: mapUsage(answer['usage'], answer['service_tier'], row.quirks) };
    },
    createStreamTap: (call) => new OpenAiStreamTap(row.id, [], call.body.stream_options?.include_usage === true),
  };
}

/** A stream's usage is asked for, as that of chat is. */
function bodyOf(call: NativeCall<CompletionRequest>, row: CatalogRow): Buffer | string {
  const { alwaysDrop, extraBody } = call.parameters;
  const { model = call.model } = row.modelMembers?.(call) ?? {};
  const dropped = alwaysDrop.filter((name) => name in call.body && name !== 'model' && name !== 'prompt');
  const asksForUsage = call.stream && row.asksForStreamUsage !== false && !alwaysDrop.includes('stream_options');
  if (dropped.length === 0 && !extraBody && !asksForUsage) {
    const text = call.bytes.toString('latin1');
    const span = scanTopLevel(text, ['model'], call.body)?.spans.get('model');
    if (span && call.body.model === model) return call.bytes;
    if (span) return applySplices(text, [{ ...span, text: JSON.stringify(model) }]);
  }
  const kept = Object.entries(call.body).filter(([name]) => !dropped.includes(name));
  const options = asksForUsage && { stream_options: { ...call.body.stream_options, include_usage: true } };
  return JSON.stringify({ ...Object.fromEntries(kept), ...options, ...extraBody, model });
}
