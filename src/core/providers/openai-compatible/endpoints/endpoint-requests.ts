/** What every request to an endpoint besides chat goes through: policy, renames, the endpoint's own departures, headers. */
import type { EndpointCall } from '../../../spec/endpoint-adapter.js';
import type { OutboundRequest } from '../../../spec/outbound.js';
import { applyParameterPolicy, type ParameterVocabulary } from '../apply-parameter-policy.js';
import type { CatalogRow, EndpointFacts, RowEndpoint } from '../catalog-row.js';
import type { JsonObject, Quirk } from '../quirk.js';
import { requestPath, withCallHeaders } from '../request-address.js';

/** What one request is made of, besides what the call and the row say. */
export interface RequestParts extends Pick<OutboundRequest, 'body' | 'pieces'> {
  /** Below the base URL; the row's own path for the endpoint goes before it. */
  readonly path: string;
  readonly contentType?: string;
  readonly accept?: string;
}

export class EndpointRequests {
  readonly supported: ReadonlySet<string>;
  readonly streams: boolean;
  private readonly facts: EndpointFacts;
  private readonly headerQuirks: readonly Quirk[];

  /** @param streamParams parameters that ask for a stream: not sent when they ask for none, and refused where the row has no streams */
  constructor(
    private readonly row: CatalogRow,
    endpoint: RowEndpoint,
    private readonly vocabulary: ParameterVocabulary,
    private readonly streamParams: readonly string[] = [],
  ) {
    this.facts = row.endpoints?.[endpoint] ?? {};
    this.streams = this.facts.streams === true;
    const refused = new Set([...(this.facts.unsupported ?? []), ...(this.streams ? [] : streamParams)]);
    this.supported = new Set([...vocabulary.params].filter((param) => !refused.has(param)));
    this.headerQuirks = (row.quirks ?? []).filter((quirk) => quirk.headers);
  }

  /** The body as the provider wants it, with its name of the model. */
  prepareBody(call: EndpointCall<JsonObject>): JsonObject {
    const context = { provider: this.row.id, model: call.model, vocabulary: this.vocabulary };
    const asked = this.withoutIdleStream(call.body);
    let body: JsonObject = applyParameterPolicy(asked, this.supported, true, call.parameters, context);
    for (const [name, providersName] of Object.entries(this.facts.renamed ?? {})) {
      if (body[name] === undefined) continue;
      const { [name]: value, ...rest } = body;
      body = { ...rest, [providersName]: value };
    }
    body = this.facts.request?.(body, call) ?? body;
    const { model: _asked, ...rest } = body;
    const named = this.row.modelMembers?.(call) ?? { model: call.model };
    return { ...rest, ...call.parameters.extraBody, ...named };
  }

  /** A POST without credentials. */
  post(call: EndpointCall<unknown>, parts: RequestParts): OutboundRequest {
    const { contentType = 'application/json', accept = 'application/json', path: place, ...body } = parts;
    const headers = withCallHeaders(
      { ...this.row.headers, 'content-type': contentType, accept },
      this.headerQuirks,
      call,
    );
    const path = requestPath(this.row, this.facts.path ?? place, call);
    return { method: 'POST', origin: call.endpoint.origin, path, headers, ...body };
  }

  private withoutIdleStream(body: JsonObject): JsonObject {
    const idle = this.streamParams.filter((param) => param in body && !body[param]);
    if (idle.length === 0) return body;
    return Object.fromEntries(Object.entries(body).filter(([param]) => !idle.includes(param)));
  }
}
