/** Puts into the ledger what a response has cost that was made in the background, when its key first sees it finished. */
import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../auth/principal.js';
import { CLOCK } from '../../config/ports.js';
import type { Clock } from '../../core/spec/index.js';
import type { StoredResponse } from '../../objects/responses/stored-response.js';
import { StoredResponsesService } from '../../objects/responses/stored-responses.service.js';
import type { SpendIntent, SpendOutcome } from '../../spend/spend-intent.js';
import { SpendService } from '../../spend/spend.service.js';
import { responses } from '../chat/dialogue-kinds.js';
import { costOf, isUnpriced } from '../../core/pricing/deployment-costs.js';
import type { ProvidersAnswer } from './provider-responses.service.js';

@Injectable()
export class BackgroundSpendService {
  constructor(
    private readonly stored: StoredResponsesService,
    private readonly spend: SpendService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * A row of its own, once for each response.
   *
   * @throws GatewayError `database_unavailable` or `journal_unavailable`; then it is settled the next time
   */
  async settle(response: StoredResponse, answer: ProvidersAnswer, principal: Principal): Promise<void> {
    if (!response.unsettled || answer.usage === undefined) return;
    // The row is the maker's: who reads for others does not know its user and team.
    if (principal.keyHash !== response.ownerHash) return;
    if (!(await this.stored.claimSettlement(response))) return;
    try {
      const ticket = await this.spend.begin(this.intentOf(response, principal));
      await ticket.settle(this.outcomeOf(answer));
    } catch (error) {
      await this.stored.leaveUnsettled(response);
      throw error;
    }
  }

  private intentOf({ modelGroup, createdAt }: StoredResponse, principal: Principal): SpendIntent {
    const { keyHash, keyAlias, userId, teamId, organizationId, projectId, tags } = principal;
    return {
      requestId: this.spend.newRequestId(),
      startedAtMs: createdAt.getTime(),
      callType: responses.callType,
      apiKeyHash: keyHash,
      modelGroup,
      reservationNanos: 0n,
      keyAlias,
      userId,
      teamId,
      organizationId,
      projectId,
      ...(tags.length > 0 && { tags }),
    };
  }

  private outcomeOf({ usage, deployment }: ProvidersAnswer): SpendOutcome {
    const costNanos = costOf(deployment, usage);
    const { id: deploymentId, provider, model, endpoint } = deployment;
    const attempt = {
      deploymentId,
      provider: provider.id,
      model,
      apiBase: endpoint.origin + endpoint.basePath,
      status: 'success' as const,
      costNanos,
      usage,
      unpriced: isUnpriced(deployment, usage) || undefined,
    };
    const endedAtMs = this.clock.now();
    return { status: 'success', endedAtMs, stream: false, attempts: [attempt], spendNanos: costNanos, usage };
  }
}
