/** Files of clients, kept by providers: uploads, look-ups and deletions under the gateway's ids. */
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CatalogService } from '../../catalog/catalog.service.js';
import { PROVIDER_REGISTRY } from '../../catalog/provider-registry.token.js';
import { CLOCK } from '../../config/ports.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Clock, Deployment, FileAdapter, ProviderRegistry } from '../../core/spec/index.js';
import type { Prisma, StoredBatch, StoredFile } from '../../database/database-client.js';
import { isObjectId, newFileId } from '../object-id.js';
import type { ModelAccess, ObjectOwner } from '../object-owner.js';
import type { ObjectPage, PageQuery } from '../object-page.js';
import { accountOf, baseOf, PlacementFinder, type AskedPlace, type KnownPlace, type Placement } from '../placement.js';
import { ProviderCalls, underOurId, type Download } from '../provider-calls.js';
import { BatchInput, firstModelOf } from './batch-input.js';
import { expiryOf } from './file-object.js';
import { FileRepository } from './file.repository.js';
import { lineModelsOf } from './line-models.js';

/** A file that a client sends. */
export interface NewUpload {
  readonly purpose: string;
  readonly name: string;
  readonly contentType: string;
  /** From its first byte, each time it is called. */
  readonly read: () => AsyncIterable<Uint8Array>;
  /** Fields for the provider, such as `expires_after[anchor]`. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly place: AskedPlace;
}

/** The purpose of files whose lines are requests. */
export const batchPurpose = 'batch';

@Injectable()
export class FilesService {
  constructor(
    private readonly files: FileRepository,
    private readonly calls: ProviderCalls,
    private readonly catalog: CatalogService,
    @Inject(PROVIDER_REGISTRY) private readonly registry: ProviderRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param longestLineBytes of one request in the input of a batch */
  async upload(
    upload: NewUpload,
    owner: ObjectOwner,
    access: ModelAccess,
    longestLineBytes: number,
  ): Promise<StoredFile> {
    const finder = this.finder(access);
    const isBatch = upload.purpose === batchPurpose;
    const asked = this.byKnownName(upload.place);
    const placement = finder.place(isBatch ? await this.placeOfBatch(asked, finder, upload, longestLineBytes) : asked);
    const { deployment, modelGroup } = placement;
    const input = isBatch ? this.inputOf(placement, finder, access, longestLineBytes) : undefined;
    const adapter = adapterOf(deployment);
    const content = input ? input.rewrite(upload.read()) : upload.read();
    const { purpose, name, contentType, fields } = upload;
    const boundary = `form-${randomUUID()}`;
    const request = adapter.buildUpload({ purpose, name, contentType, content, fields, boundary }, deployment);
    const { id, object } = await this.calls.ask(deployment, request, adapter.parseFile, adapter.parseError);
    const file = {
      id: newFileId(),
      ownerKeyHash: owner.keyHash,
      provider: deployment.provider.id,
      deploymentId: deployment.id,
      apiBase: baseOf(deployment),
      modelGroup,
      providerFileId: id,
      purpose,
      models: (input?.models ?? []) as unknown as Prisma.InputJsonArray,
      // Of a file that was rewritten the client knows the name and the purpose, and nothing else.
      object: { ...object, filename: name, purpose } as Prisma.InputJsonObject,
      createdAt: new Date(this.clock.now()),
      expiresAt: expiryOf(object),
    };
    try {
      return await this.files.add(file);
    } catch (error) {
      await this.giveUp(deployment, id);
      throw error;
    }
  }

  list(
    owner: ObjectOwner,
    query: PageQuery & { readonly purpose: string | undefined },
  ): Promise<ObjectPage<StoredFile>> {
    return this.files.list(owner, query, new Date(this.clock.now()));
  }

  /** @throws GatewayError `object_not_found` where there is none, or none of this owner */
  async get(id: string, owner: ObjectOwner, param = 'file_id'): Promise<StoredFile> {
    const file = isObjectId(id) ? await this.files.find(id, owner) : null;
    if (file) return file;
    const reason = `No such File object: ${printable(id)}`;
    throw new GatewayError('object_not_found', { param, facts: { reason } });
  }

  /** As the provider has it now. */
  async retrieve(id: string, owner: ObjectOwner): Promise<StoredFile> {
    const file = await this.get(id, owner);
    const { deployment, adapter } = this.placeOf(file);
    const request = adapter.buildRetrieve(file.providerFileId, deployment);
    const asked = this.calls.ask(deployment, request, adapter.parseFile, adapter.parseError);
    const seen = await underOurId(file.id, asked);
    const { filename, purpose } = file.object as { filename?: string; purpose?: string };
    const known = { ...seen.object, ...(filename !== undefined && { filename }), ...(purpose && { purpose }) };
    const changed = { object: known as Prisma.InputJsonObject, expiresAt: expiryOf(seen.object) };
    await this.files.update(file.id, changed);
    return { ...file, object: known as Prisma.JsonObject, expiresAt: changed.expiresAt };
  }

  /** Deletes it at the provider too; what the provider has lost already is as good as deleted. */
  async remove(file: StoredFile): Promise<void> {
    const { deployment, adapter } = this.placeOf(file);
    const request = adapter.buildDelete(file.providerFileId, deployment);
    try {
      await this.calls.ask(deployment, request, () => undefined, adapter.parseError);
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'upstream_not_found') throw error;
    }
    await this.files.remove(file.id);
  }

  download(file: StoredFile): Promise<Download> {
    const { deployment, adapter } = this.placeOf(file);
    const request = adapter.buildContent(file.providerFileId, deployment);
    return underOurId(file.id, this.calls.download(deployment, request, adapter.parseError));
  }

  /** The row of a file that the provider has made for a batch; whoever has the batch has it too. */
  async adopt(batch: StoredBatch, providerFileId: string, name: string): Promise<StoredFile> {
    const { deploymentId, ownerKeyHash, provider, apiBase, modelGroup } = batch;
    const known = await this.files.findAtProvider(deploymentId, providerFileId);
    if (known) return known;
    const object = await this.describe(batch, providerFileId);
    return this.files.adopt({
      id: newFileId(),
      ownerKeyHash,
      provider,
      deploymentId,
      apiBase,
      modelGroup,
      providerFileId,
      purpose: 'batch_output',
      batchId: batch.id,
      models: [],
      object: { ...object, filename: name, purpose: 'batch_output' },
      createdAt: new Date(this.clock.now()),
      expiresAt: expiryOf(object),
    });
  }

  /** What the provider says of a file of its own; nothing where it cannot be asked now: a look at the file itself asks again. */
  private async describe(place: KnownPlace, providerFileId: string): Promise<Readonly<Record<string, unknown>>> {
    try {
      const { deployment, adapter } = this.placeOf(place);
      const request = adapter.buildRetrieve(providerFileId, deployment);
      return (await this.calls.ask(deployment, request, adapter.parseFile, adapter.parseError)).object;
    } catch (error) {
      if (error instanceof GatewayError) return {};
      throw error;
    }
  }

  /** A file that no row tells of would stay at the provider unseen. */
  private async giveUp(deployment: Deployment, providerFileId: string): Promise<void> {
    const adapter = adapterOf(deployment);
    const request = adapter.buildDelete(providerFileId, deployment);
    // What failed before this is what the client hears of.
    await this.calls.ask(deployment, request, () => undefined, adapter.parseError).catch(() => undefined);
  }

  private placeOf(file: KnownPlace): { deployment: Deployment; adapter: FileAdapter } {
    const deployment = accountOf(this.catalog.current(), file);
    return { deployment, adapter: adapterOf(deployment) };
  }

  private finder(access: ModelAccess): PlacementFinder {
    const serving = this.registry.ids.filter((id) => this.registry.find(id)?.files);
    return new PlacementFinder(this.catalog.current().ofTeam(access.teamId), access, serving);
  }

  /** A provider may be named by another of its names. */
  private byKnownName({ models, provider }: AskedPlace): AskedPlace {
    return { models, provider: provider === undefined ? undefined : (this.registry.find(provider)?.id ?? provider) };
  }

  /** Where nothing is named, the first line of a batch says whose it is. */
  private async placeOfBatch(
    place: AskedPlace,
    finder: PlacementFinder,
    { read }: NewUpload,
    longestLineBytes: number,
  ): Promise<AskedPlace> {
    if (place.models.length > 0 || place.provider !== undefined) return place;
    const model = await firstModelOf(read(), longestLineBytes);
    const isServed = model !== undefined && finder.isServed(model);
    return isServed ? { ...place, models: [model] } : place;
  }

  private inputOf(
    placement: Placement,
    finder: PlacementFinder,
    access: ModelAccess,
    longestLineBytes: number,
  ): BatchInput {
    const resolve = lineModelsOf(placement.deployment, finder, access);
    return new BatchInput({ longestLineBytes, resolve, mayNameNone: access.unrestricted });
  }
}

function adapterOf({ provider }: Deployment): FileAdapter {
  if (provider.files) return provider.files;
  const reason = `The provider ${provider.id} keeps no files.`;
  throw new GatewayError('invalid_request', { facts: { reason } });
}

export function printable(id: string): string {
  return id.replace(/[^\x21-\x7e]/g, '?').slice(0, 100);
}
