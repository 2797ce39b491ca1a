/** Reads the output of a finished batch, line by line, for what it cost. */
import { Injectable } from '@nestjs/common';
import { CatalogService } from '../../catalog/catalog.service.js';
import { SettingsService } from '../../config/settings.service.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Deployment } from '../../core/spec/index.js';
import { estimateTokens } from '../../core/tokens/estimate-tokens.js';
import type { StoredBatch } from '../../database/database-client.js';
import { FileRepository } from '../files/file.repository.js';
import { FilesService } from '../files/files.service.js';
import { linesOf } from '../files/text-lines.js';
import { accountOf } from '../placement.js';
import { adapterOf, lineModelsIn } from './batches.service.js';
import { BatchCost, type BatchBill } from './batch-cost.js';

/** Answers are longer than the requests that they are for, at most by so much. */
const answerBytesPerRequestByte = 4;

@Injectable()
export class BatchCosts {
  constructor(
    private readonly files: FilesService,
    private readonly rows: FileRepository,
    private readonly catalog: CatalogService,
    private readonly settings: SettingsService,
  ) {}

  /**
   * @param onLine is called for each line, and may end the reading by throwing
   * @throws GatewayError where the output cannot be read
   */
  async read(batch: StoredBatch, onLine: () => Promise<void>): Promise<BatchBill> {
    const cost = await this.open(batch);
    const { output_file_id: outputId } = batch.object as { output_file_id?: unknown };
    const output = typeof outputId === 'string' ? await this.rows.findById(outputId) : null;
    // Nothing was answered.
    if (typeof outputId !== 'string') return cost.bill();
    if (output === null) throw new GatewayError('object_not_found', { facts: { reason: 'The output was deleted.' } });
    const adapter = adapterOf(accountOf(this.catalog.current(), batch));
    const { body } = await this.files.download(output);
    try {
      const longest = this.settings.general.maxRequestBytes * answerBytesPerRequestByte;
      for await (const line of linesOf(body, longest)) {
        await onLine();
        const text = line.toString('utf8').trim();
        if (text !== '') cost.add(adapter.parseResult(text), line.length);
      }
    } finally {
      body.destroy();
    }
    return cost.bill();
  }

  /** The sum that nothing is in yet. */
  async open(batch: StoredBatch): Promise<BatchCost> {
    return new BatchCost(this.deployments(batch), await this.promptTokensOf(batch));
  }

  /** By the names that the input had; a model that it did not name has the prices of its own name. */
  private deployments(batch: StoredBatch): (model: string | undefined) => Deployment {
    const catalog = this.catalog.current();
    const account = accountOf(catalog, batch);
    const named = lineModelsIn(batch.models).map(({ name, model, deploymentId }) => {
      const found = catalog.findDeployment(deploymentId);
      const exact = found && !found.model.includes('*') ? found : null;
      const byName = catalog.find(name)?.deployments.find(({ id }) => id === deploymentId);
      return { model, deployment: exact ?? byName ?? asNamed(account, model) };
    });
    const [only, ...others] = named;
    if (only && others.length === 0) return () => only.deployment;
    // The longest first: `gpt-4o-mini-2024-07-18` is no `gpt-4o`.
    named.sort((one, other) => other.model.length - one.model.length);
    return (model) => {
      if (model === undefined) return only?.deployment ?? account;
      const match = named.find((each) => model === each.model || model.startsWith(`${each.model}-`));
      return match?.deployment ?? asNamed(account, model);
    };
  }

  /** On average: the input's bytes over its requests. */
  private async promptTokensOf({ object }: StoredBatch): Promise<number> {
    const { input_file_id: id, request_counts: counts } = object as {
      input_file_id?: unknown;
      request_counts?: unknown;
    };
    const input = typeof id === 'string' ? await this.rows.findById(id) : null;
    const bytes = Number((input?.object as { bytes?: unknown } | undefined)?.bytes);
    const requests = Number((counts as { total?: unknown } | null | undefined)?.total);
    return bytes > 0 && requests > 0 ? estimateTokens(Math.ceil(bytes / requests)) : 0;
  }
}

/** Prices that an operator gave one model are not those of another. */
function asNamed(account: Deployment, model: string): Deployment {
  return account.model === model ? account : { ...account, model, prices: undefined, baseModel: undefined };
}
