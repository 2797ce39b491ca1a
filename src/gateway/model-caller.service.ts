/** Implements core's port by which other rooms have a model called: one attempt, on an account that they name. */
import { Inject, Injectable } from '@nestjs/common';
import { CatalogService } from '../catalog/catalog.service.js';
import { UpstreamConnections } from '../clients/upstream-connections.service.js';
import { CLOCK } from '../config/ports.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Clock, ModelAnswer, ModelCall, ModelCaller } from '../core/spec/index.js';
import type { Asked } from './llm-request.js';
import { RequestAccounts } from './request-accounts.service.js';
import { readOwnRequest } from './own-requests.js';
import { attemptOf, intentOf, outcomeOf } from './settlement.js';
import { SoloExchange } from './solo-exchange.js';

@Injectable()
export class ModelCallerService implements ModelCaller {
  constructor(
    private readonly catalog: CatalogService,
    private readonly connections: UpstreamConnections,
    private readonly accounts: RequestAccounts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async call(call: ModelCall): Promise<ModelAnswer> {
    const { signal } = call;
    if (signal?.aborted) throw new GatewayError('shutting_down');
    const exchange = new SoloExchange(this.read(call), this.clock);
    const { operation } = exchange.asked;
    const { call: running, deployment } = await operation.start(exchange, call.deployment, this.connections);
    exchange.call = running;
    exchange.deployment = deployment;
    signal?.addEventListener('abort', () => running.abort(new GatewayError('shutting_down')), { once: true });
    const { parentRequestId } = call;
    // Nobody's address: the gateway itself asks.
    const { requesterIp: _none, ...intent } = intentOf(exchange, deployment);
    const own = { ...intent, ...(parentRequestId !== undefined && { parentRequestId }) };
    const account = await this.accounts.beginOwn(exchange.asked, deployment, own);
    let failure: GatewayError | undefined;
    try {
      await running.run();
    } catch (thrown) {
      failure = thrown instanceof GatewayError ? thrown : new GatewayError('internal', { cause: thrown });
    }
    exchange.attempts.push(attemptOf(exchange, deployment, failure));
    await account.settle(outcomeOf(exchange, this.clock.now(), failure));
    if (failure) throw failure;
    const answer = exchange.taken();
    if (answer === undefined) throw new GatewayError('internal', { detail: 'A call ended without an answer.' });
    const { headers, requestId } = exchange;
    return { requestId, answer, headers };
  }

  private read({ mode, body, deployment, account, timeoutMs }: ModelCall): Asked {
    const headers = { 'x-litellm-timeout': (timeoutMs / 1_000).toFixed(3) };
    return {
      requestId: this.accounts.newRequestId(),
      principal: { ...account, role: 'internal_user', models: [] },
      clientAddress: '',
      operation: readOwnRequest(mode, { ...body, model: deployment.modelGroup }, headers),
      catalog: this.catalog.current(),
    };
  }
}
