/** What every request to an OpenAI-compatible provider goes through, translated or native: policy, renames, quirks, headers. */
import type { ChatCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import { applyParameterPolicy } from './apply-parameter-policy.js';
import type { CatalogRow } from './catalog-row.js';
import { openAiChatParams } from './openai-chat-params.js';
import { requestPath, withCallHeaders } from './request-address.js';
import type { JsonObject, Quirk } from './quirk.js';

type Headers = Readonly<Record<string, string>>;

export class RequestBuilder {
  readonly supported: ReadonlySet<string>;
  private readonly wholeHeaders: Headers;
  private readonly streamHeaders: Headers;
  private readonly renames: readonly [string, string][];
  private readonly bodyQuirks: readonly Quirk[];
  private readonly headerQuirks: readonly Quirk[];

  constructor(private readonly row: CatalogRow) {
    this.supported = new Set([...openAiChatParams].filter((param) => !row.unsupported?.includes(param)));
    const headers = { ...row.headers, 'content-type': 'application/json' };
    this.wholeHeaders = { ...headers, accept: 'application/json' };
    this.streamHeaders = { ...headers, accept: 'text/event-stream' };
    this.renames = Object.entries(row.renamed ?? {});
    this.bodyQuirks = (row.quirks ?? []).filter((quirk) => quirk.request);
    this.headerQuirks = (row.quirks ?? []).filter((quirk) => quirk.headers);
  }

  /** The body as the provider wants it, but for `model` and `stream_options`; `call.body` itself where nothing else changes. */
  prepareBody(call: ChatCall): JsonObject {
    const context = { provider: this.row.id, model: call.model };
    let body: JsonObject = applyParameterPolicy(call.body, this.supported, true, call.parameters, context);
    for (const [name, providersName] of this.renames) {
      if (body[name] === undefined) continue;
      const { [name]: value, ...rest } = body;
      body = { ...rest, [providersName]: value };
    }
    for (const quirk of this.bodyQuirks) body = quirk.request?.(body, call) ?? body;
    return call.parameters.extraBody ? { ...body, ...call.parameters.extraBody } : body;
  }

  /** A prepared body with the provider's model name and the stream options that are sent, as JSON. */
  serialise(call: ChatCall, prepared: JsonObject): string {
    const { stream_options: given, ...rest } = prepared;
    return JSON.stringify({
      ...rest,
      // In its own place where it is sent: an undefined member is none.
      model: undefined,
      ...(this.row.modelMembers?.(call) ?? { model: call.model }),
      stream: call.stream || undefined,
      stream_options: this.streamOptions(call, given),
    });
  }

  /**
   * The `stream_options` to send: a stream's usage is asked for unless the deployment or the provider rules it out.
   * Undefined where the member must be absent; the client's own object where it already asks.
   */
  streamOptions(call: ChatCall, given: unknown): unknown {
    if (!call.stream) return undefined;
    if (this.row.asksForStreamUsage === false || call.parameters.alwaysDrop.includes('stream_options'))
      return undefined;
    const options = given as { include_usage?: unknown } | null | undefined;
    return options?.include_usage === true ? given : { ...options, include_usage: true };
  }

  /** A POST to the provider's chat path, without credentials. */
  request(call: ChatCall, body: string | Uint8Array): OutboundRequest {
    const path = requestPath(this.row, this.row.chatPath ?? '/chat/completions', call);
    const headers = withCallHeaders(call.stream ? this.streamHeaders : this.wholeHeaders, this.headerQuirks, call);
    return { method: 'POST', origin: call.endpoint.origin, path, headers, body };
  }
}
