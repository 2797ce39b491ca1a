/** Batches of clients, worked off by providers: created, looked at and cancelled under the gateway's ids. */
import { Inject, Injectable } from '@nestjs/common';
import { CatalogService } from '../../catalog/catalog.service.js';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { BatchAdapter, Clock, Deployment, OutboundRequest, ProviderBatch } from '../../core/spec/index.js';
import type { Prisma, StoredBatch } from '../../database/database-client.js';
import type { LineModel } from '../files/batch-input.js';
import { batchPurpose, FilesService, printable } from '../files/files.service.js';
import { isObjectId, newBatchId } from '../object-id.js';
import type { ModelAccess, ObjectOwner } from '../object-owner.js';
import type { ObjectPage, PageQuery } from '../object-page.js';
import { accountOf } from '../placement.js';
import { ProviderCalls, underOurId } from '../provider-calls.js';
import { BatchRepository } from './batch.repository.js';

export interface NewBatchOrder {
  readonly inputFileId: string;
  readonly endpoint: string;
  readonly completionWindow: string;
  readonly members: Readonly<Record<string, unknown>>;
  /** Must be whose file it is, where it is named at all. */
  readonly provider: string | undefined;
}

/** A list shows what was seen so recently as it was. */
const freshMs = 10_000;
/** A list asks so many times at once. */
const askedAtOnce = 8;

@Injectable()
export class BatchesService {
  constructor(
    private readonly batches: BatchRepository,
    private readonly files: FilesService,
    private readonly calls: ProviderCalls,
    private readonly catalog: CatalogService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** In the account that its input lies in. */
  async create(order: NewBatchOrder, owner: ObjectOwner, access: ModelAccess): Promise<StoredBatch> {
    const file = await this.files.get(order.inputFileId, owner, 'input_file_id');
    checkInput(file, order);
    const catalog = this.catalog.current().ofTeam(access.teamId);
    for (const { name } of lineModelsIn(file.models)) {
      const served = catalog.find(name);
      const denial = served && access.denial(name, served);
      if (denial) throw new GatewayError(denial, { param: 'input_file_id', facts: { model: name } });
    }
    const deployment = accountOf(catalog, file);
    const adapter = adapterOf(deployment);
    const request = adapter.buildCreate({ ...order, inputFileId: file.providerFileId }, deployment);
    const seen = await this.calls.ask(deployment, request, adapter.parseBatch, adapter.parseError);
    const { keyAlias, userId, teamId, organizationId, projectId, tags } = owner;
    const row = {
      id: newBatchId(),
      ownerKeyHash: owner.keyHash,
      owner: { keyAlias, userId, teamId, organizationId, projectId, tags } as unknown as Prisma.InputJsonObject,
      provider: file.provider,
      deploymentId: file.deploymentId,
      apiBase: file.apiBase,
      modelGroup: file.modelGroup,
      providerBatchId: seen.id,
      models: file.models as Prisma.InputJsonArray,
      // Output that is there at once is taken over with the next look.
      object: { ...seen.object, input_file_id: file.id, output_file_id: null, error_file_id: null },
      finished: false,
    };
    try {
      return await this.batches.add(row);
    } catch (error) {
      // A batch that no row tells of would be billed to nobody. What failed before is what the client hears of.
      const cancel = adapter.buildCancel(seen.id, deployment);
      await this.calls.ask(deployment, cancel, () => undefined, adapter.parseError).catch(() => undefined);
      throw error;
    }
  }

  /** @throws GatewayError `object_not_found` where there is none, or none of this owner */
  async get(id: string, owner: ObjectOwner): Promise<StoredBatch> {
    const batch = isObjectId(id) ? await this.batches.find(id, owner) : null;
    if (batch) return batch;
    const reason = `No batch found with id '${printable(id)}'.`;
    throw new GatewayError('object_not_found', { param: 'batch_id', facts: { reason } });
  }

  async retrieve(id: string, owner: ObjectOwner): Promise<StoredBatch> {
    return this.refresh(await this.get(id, owner));
  }

  /** Batches whose provider cannot be asked now are shown as they were seen last. */
  async list(owner: ObjectOwner, query: PageQuery): Promise<ObjectPage<StoredBatch>> {
    const { rows, hasMore } = await this.batches.list(owner, query);
    const shown: StoredBatch[] = [];
    for (let from = 0; from < rows.length; from += askedAtOnce) {
      const some = rows.slice(from, from + askedAtOnce);
      shown.push(...(await Promise.all(some.map((batch) => this.refreshIfStale(batch)))));
    }
    return { rows: shown, hasMore };
  }

  async cancel(id: string, owner: ObjectOwner): Promise<StoredBatch> {
    const batch = await this.get(id, owner);
    return this.ask(batch, (adapter, deployment) => adapter.buildCancel(batch.providerBatchId, deployment));
  }

  /** As the provider has it now; nobody is asked about a batch that has finished. */
  async refresh(batch: StoredBatch): Promise<StoredBatch> {
    if (batch.finished) return batch;
    return this.ask(batch, (adapter, deployment) => adapter.buildRetrieve(batch.providerBatchId, deployment));
  }

  /** What the provider itself says, whatever is known here. */
  async look(batch: StoredBatch): Promise<ProviderBatch> {
    const deployment = accountOf(this.catalog.current(), batch);
    const adapter = adapterOf(deployment);
    const request = adapter.buildRetrieve(batch.providerBatchId, deployment);
    return this.calls.ask(deployment, request, adapter.parseBatch, adapter.parseError);
  }

  private async refreshIfStale(batch: StoredBatch): Promise<StoredBatch> {
    if (batch.finished || this.clock.now() - batch.seenAt.getTime() < freshMs) return batch;
    try {
      return await this.refresh(batch);
    } catch (error) {
      if (error instanceof GatewayError) return batch;
      throw error;
    }
  }

  private async ask(
    batch: StoredBatch,
    build: (adapter: BatchAdapter, deployment: Deployment) => OutboundRequest,
  ): Promise<StoredBatch> {
    const deployment = accountOf(this.catalog.current(), batch);
    const adapter = adapterOf(deployment);
    const request = build(adapter, deployment);
    const asked = this.calls.ask(deployment, request, adapter.parseBatch, adapter.parseError);
    const seen = await underOurId(batch.id, asked);
    const object = await this.translate(batch, seen);
    await this.batches.see(batch.id, object, seen.finished);
    return { ...batch, object: object as Prisma.JsonObject, finished: seen.finished };
  }

  /** The provider's object with our ids of its files, which belong to the batch's owner. */
  private async translate(batch: StoredBatch, seen: ProviderBatch): Promise<Prisma.InputJsonObject> {
    const { input_file_id: inputFileId } = batch.object as { input_file_id?: string };
    const adopt = async (id: string | undefined, name: string): Promise<string | null> =>
      id === undefined ? null : (await this.files.adopt(batch, id, `${batch.id}_${name}.jsonl`)).id;
    return {
      ...(seen.object as Prisma.InputJsonObject),
      input_file_id: inputFileId ?? null,
      output_file_id: await adopt(seen.outputFileId, 'output'),
      error_file_id: await adopt(seen.errorFileId, 'error'),
    };
  }
}

export function adapterOf({ provider }: Deployment): BatchAdapter {
  if (provider.batches) return provider.batches;
  const reason = `The provider ${provider.id} runs no batches.`;
  throw new GatewayError('invalid_request', { facts: { reason } });
}

/** As the input file had them when it was uploaded. */
export function lineModelsIn(models: unknown): readonly LineModel[] {
  return Array.isArray(models) ? (models as readonly LineModel[]) : [];
}

function checkInput(file: { readonly purpose: string; readonly provider: string }, order: NewBatchOrder): void {
  if (file.purpose !== batchPurpose) {
    const reason = `The file ${order.inputFileId} was uploaded for the purpose ${file.purpose}. Upload the input of a batch with \`purpose: batch\`.`;
    throw new GatewayError('invalid_request', { param: 'input_file_id', facts: { reason } });
  }
  if (order.provider !== undefined && order.provider !== file.provider) {
    const reason = `The file ${order.inputFileId} is kept by ${file.provider}, and the request names ${order.provider}. A batch runs where its input lies.`;
    throw new GatewayError('invalid_request', { param: 'custom_llm_provider', facts: { reason } });
  }
}
