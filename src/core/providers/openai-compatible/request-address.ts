/** Where a request to an OpenAI-compatible provider goes, and the headers that the deployment adds. */
import type { CatalogRow } from './catalog-row.js';
import type { Quirk, RequestTarget } from './quirk.js';

type Headers = Readonly<Record<string, string>>;

/** Path and query; `endpointPath` is that of the endpoint below the base, `{model}` in it is filled in. */
export function requestPath(row: CatalogRow, endpointPath: string, call: RequestTarget): string {
  if (row.path) return row.path(endpointPath, call);
  const path = endpointPath.includes('{model}')
    ? endpointPath.replace('{model}', () => encodeModel(call.model))
    : endpointPath;
  const query = row.query ? `?${new URLSearchParams(row.query).toString()}` : '';
  return `${call.endpoint.basePath}${path}${query}`;
}

/** A model's name as a path: its own slashes stay, and nothing in it climbs out of the path. */
export function encodeModel(model: string): string {
  const steps = model.split('/').map((step) => (/^\.{1,2}$/.test(step) ? '' : encodeURIComponent(step)));
  return steps.join('/').replaceAll('%3A', ':').replaceAll('%40', '@');
}

/** What quirks take from the deployment's settings, then `extra_headers`, which win. */
export function withCallHeaders(headers: Headers, quirks: readonly Quirk[], call: RequestTarget): Headers {
  let all = headers;
  for (const quirk of quirks) all = { ...all, ...quirk.headers?.(call) };
  return call.parameters.extraHeaders ? { ...all, ...call.parameters.extraHeaders } : all;
}
