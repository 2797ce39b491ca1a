/** Holds whoever makes or changes a key to what they have themselves. */
import { Injectable } from '@nestjs/common';
import type { AccessScope } from '../../auth/scope/access-scope.js';
import { changedFields, checkGrant, inheritPowers, type Holding, type Powers } from '../../auth/scope/grants.js';
import { CatalogService } from '../../catalog/catalog.service.js';
import type { DatabaseClient } from '../../database/database-client.js';
import { KeyOwners, withTeamModels, type KeyOwnersFound } from './key-owners.service.js';

export interface KeyChange {
  readonly before: Powers;
  readonly after: Powers;
  /** Whose the key is afterwards. */
  readonly owners: KeyOwnersFound;
  /** Its user, team, organization or project is another one. */
  readonly isMoved: boolean;
  /** The caller is an administrator of the key: what it has been limited to so far does not bind them. */
  readonly isAdministered: boolean;
}

@Injectable()
export class KeyGrants {
  constructor(
    private readonly owners: KeyOwners,
    private readonly catalog: CatalogService,
  ) {}

  /**
   * What a new key gets: what was asked for, and where nothing was, as much as the caller's own key has.
   *
   * @throws GatewayError `forbidden` for more than the caller has
   */
  async forNewKey(client: DatabaseClient, scope: AccessScope, owners: KeyOwnersFound, asked: Powers): Promise<Powers> {
    if (scope.everything === 'write') return asked;
    const used = await this.owners.holdingOfUsedKey(client, scope.principal);
    const granted = used ? inheritPowers(asked, [used]) : asked;
    const holdings = [...(used ? [used] : []), ...(await this.owners.holdings(client, owners))];
    const groupsOf = await this.#groupsOf(client, holdings);
    checkGrant(resolved(granted, owners), holdings, { groupsOf });
    return granted;
  }

  /** @throws GatewayError `forbidden` where a change gives the key more than the caller has, or lifts what only an administrator may lift */
  async forChange(client: DatabaseClient, scope: AccessScope, change: KeyChange): Promise<void> {
    if (scope.everything === 'write') return;
    const { before, after, owners, isMoved, isAdministered } = change;
    const used = await this.owners.holdingOfUsedKey(client, scope.principal);
    const asItIs: Holding = {
      ...resolved(before, owners),
      aliasTargets: [],
      who: 'the key as it is, to whoever does not administer it,',
      holdsForTheKey: false,
    };
    const own = [...(used ? [used] : []), ...(isAdministered ? [] : [asItIs])];
    const ofOwners = await this.owners.holdings(client, owners);
    const groupsOf = await this.#groupsOf(client, [...own, ...ofOwners]);
    const fields = changedFields(before, after);
    const granted = resolved(after, owners);
    checkGrant(granted, own, { groupsOf, fields });
    // Where a key comes under somebody else's limits, all that it has is given anew by whoever moves it.
    checkGrant(granted, ofOwners, isMoved ? { groupsOf } : { groupsOf, fields });
  }

  /** The access groups of a model: those of the configuration, and those of the database that somebody here is held to. */
  async #groupsOf(client: DatabaseClient, holdings: readonly Holding[]): Promise<(model: string) => readonly string[]> {
    const names = [...new Set(holdings.flatMap(({ models }) => models))];
    const groups = names.length === 0 ? [] : await client.accessGroup.findMany({ where: { name: { in: names } } });
    return (model) => [
      ...(this.catalog.current().find(model)?.accessGroups ?? []),
      ...groups.filter(({ models }) => (models as readonly string[]).includes(model)).map((group) => group.name),
    ];
  }
}

function resolved(powers: Powers, { team }: KeyOwnersFound): Powers {
  return { ...powers, models: withTeamModels(powers.models, team) };
}
