/** The adapters of a provider that has OpenAI's files and batches. */
import type { ProviderDefinition } from '../../../spec/provider.js';
import type { CatalogRow } from '../catalog-row.js';
import { requestPath, withCallHeaders } from '../request-address.js';
import { createBatchAdapter } from './batch-adapter.js';
import { createFileAdapter } from './file-adapter.js';
import type { ObjectHost } from './object-host.js';

export function objectAdapters(host: ObjectHost): Required<Pick<ProviderDefinition, 'files' | 'batches'>> {
  return { files: createFileAdapter(host), batches: createBatchAdapter(host) };
}

export function objectsOf(row: CatalogRow): Pick<ProviderDefinition, 'files' | 'batches'> {
  if (!row.filesAndBatches) return {};
  const quirks = (row.quirks ?? []).filter((quirk) => quirk.headers);
  return objectAdapters({
    provider: row.id,
    path: (endpointPath, target) => requestPath(row, endpointPath, target),
    headers: (target) => withCallHeaders(row.headers ?? {}, quirks, target),
  });
}
