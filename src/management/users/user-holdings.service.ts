/** Reads what a caller who is no proxy admin may grant: no more than their organizations and the key in their hand hold. */
import { Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { TransactionClient } from '../../database/database-client.js';
import { LimitDefinitions } from '../../limits/definitions/limit-definitions.service.js';
import { ownerOf } from '../../limits/definitions/owner.js';
import type { Holdings } from './user-rules.js';

@Injectable()
export class UserHoldings {
  constructor(private readonly limits: LimitDefinitions) {}

  /**
   * What members of these organizations may be given: what each of them holds. Null for proxy admins, who may give anything.
   *
   * @throws GatewayError `forbidden` for an organization that does not exist or is not the caller's
   */
  async of(tx: TransactionClient, scope: AccessScope, organizations: readonly string[]): Promise<Holdings | null> {
    const rows = await tx.organization.findMany({ where: { id: { in: [...organizations] } } });
    const found = new Set(rows.map(({ id }) => id));
    const missing = organizations.find((id) => !found.has(id));
    if (scope.everything === 'write') {
      if (missing === undefined) return null;
      const reason = `There is no organization with the id '${missing}'.`;
      throw new GatewayError('invalid_request', { param: 'organizations', facts: { reason } });
    }
    const foreign = organizations.find((id) => !found.has(id) || !scope.administeredOrganizations.has(id));
    if (foreign !== undefined || organizations.length === 0) {
      const reason = 'Name `organizations` of yours: admins of organizations make users within them alone.';
      throw new GatewayError('forbidden', { param: 'organizations', facts: { reason } });
    }
    const states = [
      ...(
        await this.limits.read(
          tx,
          organizations.map((id) => ownerOf('organization', id)),
        )
      ).values(),
    ];
    const least = <T extends bigint | number>(values: readonly (T | undefined)[]): T | null => {
      const given = values.filter((value) => value !== undefined);
      return given.length === 0 ? null : given.reduce((one, other) => (other < one ? other : one));
    };
    return {
      models: [...rows.map(({ models }) => models as string[]), scope.principal.models],
      maxNanos: least(
        states.map(({ effective: { max_budget: max } }) => (max === undefined ? undefined : BigInt(max))),
      ),
      rpm: least(states.map(({ effective }) => effective.rpm_limit)),
      tpm: least(states.map(({ effective }) => effective.tpm_limit)),
    };
  }
}
