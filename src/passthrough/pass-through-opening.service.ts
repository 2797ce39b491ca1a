/** Opens a passed request: who it is for, what it asks, whether it may, and where it goes. Nothing has been promised or paid for yet. */
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.js';
import { principalOf } from '../auth/principal-of.js';
import { CatalogService } from '../catalog/catalog.service.js';
import { CLOCK } from '../config/ports.js';
import { SettingsService } from '../config/settings.service.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Clock } from '../core/spec/index.js';
import type { FoundEntry } from './entries/pass-through-entries.service.js';
import { askedModel } from './native/asked-model.js';
import { checkModel, checkPaths } from './pass-through-access.js';
import type { PassedFacts } from './pass-through-exchange.js';
import { PassageRules } from './passage-rules.service.js';
import { callerFacts, readPassedBody, type CallerFacts, type PassedBody } from './passed-request.js';
import { Upstreams } from './upstreams.service.js';
import { answerReading } from './usage/answer-reading.js';

export interface OpenedPassage {
  readonly facts: PassedFacts;
  readonly body: PassedBody;
}

@Injectable()
export class PassThroughOpening {
  constructor(
    private readonly upstreams: Upstreams,
    private readonly catalog: CatalogService,
    private readonly rules: PassageRules,
    private readonly settings: SettingsService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws GatewayError for what may not be asked, and for what cannot be reached */
  async open(request: FastifyRequest, found: FoundEntry, requestId: string): Promise<OpenedPassage> {
    const startedAtMs = this.clock.now();
    const startedAt = this.clock.monotonic();
    const principal = principalOf(request);
    const catalog = this.catalog.current().ofTeam(principal.teamId);
    checkPaths(principal, found);
    const caller = this.callerOf(request, principal);
    await this.rules.check({ principal, caller, catalog, found });
    const body = await readPassedBody(request.raw, found, this.settings.general.maxRequestBytes);
    const asked = askedModel(found.path.normalised, found.path.query, body.json);
    checkModel(principal, found, asked, catalog);
    const upstream = this.upstreams.of(found, asked, principal.teamId);
    const reading =
      upstream.deployment &&
      answerReading({
        deployment: upstream.deployment,
        path: found.path.normalised,
        asked,
        body: body.json,
        bytes: body.bytes ?? Buffer.alloc(0),
      });
    const facts: PassedFacts = {
      requestId,
      principal,
      clientAddress: request.ip,
      ...caller,
      found,
      asked,
      bodyBytes: body.length,
      catalog,
      upstream,
      reading,
      startedAtMs,
      startedAt,
    };
    return { facts, body };
  }

  private callerOf({ headers }: FastifyRequest, principal: Principal): CallerFacts {
    const given = callerFacts(headers);
    const { refusesClientTags } = this.catalog.current().requestRules;
    if (refusesClientTags && given.tags.length > 0) {
      const reason = 'Tags are not allowed in a request: they come from the key, its team and its project alone (`reject_clientside_metadata_tags`). Remove the header `x-litellm-tags`.'; // prettier-ignore
      throw new GatewayError('invalid_request', { facts: { reason } });
    }
    return { ...given, endUser: principal.endUserId ?? given.endUser };
  }
}
