/** One immutable state of what is served: running requests keep the one that they began with. */
import { LRUCache } from 'lru-cache';
import type { RequestRules } from '../config/access-settings.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { RouterSettings } from '../config/router-settings.js';
import type { Deployment } from '../core/spec/deployment.js';
import { CredentialBook } from './credential-book.js';
import type { ConfiguredModel } from './deployment-factory.js';
import { deepFreeze } from './deep-freeze.js';
import type { GuardrailDefinition } from './guardrail-definition.js';
import { compareSpecificity, fillTemplate, isPattern, WildcardPattern } from './wildcard-pattern.js';

/** Who may serve a model. */
export interface FoundModel {
  /** The group or pattern in the configuration that the name led to. */
  readonly modelGroup: string;
  /** The team whose own model it is: nobody else finds it. */
  readonly teamId?: string | undefined;
  /** `model_info.access_groups` of all of them: what a key may name in its models instead of the model. */
  readonly accessGroups: readonly string[];
  /** At least one; each with the provider's own name of the model, also where a pattern was met. */
  readonly deployments: readonly Deployment[];
}

export interface ListedModel {
  /** The name for clients; a pattern is listed as it stands. */
  readonly id: string;
  readonly isPattern: boolean;
  /** The team whose own model it is. */
  readonly teamId?: string | undefined;
  readonly accessGroups: readonly string[];
  /** Behind the name, in the order of the file; empty where only a request's name says the provider. */
  readonly deployments: readonly Deployment[];
}

export interface SnapshotParts {
  readonly fileServices?: readonly ConfiguredModel[];
  readonly credentials?: CredentialBook;
  readonly guardrails?: readonly GuardrailDefinition[];
  /** For whom it is, where it is one team's. */
  readonly teamId?: string;
}

interface Wildcard {
  readonly pattern: WildcardPattern;
  readonly models: readonly ConfiguredModel[];
}

/** How many names that met a pattern are remembered. */
const rememberedNames = 1000;

const noGuardrails: readonly GuardrailDefinition[] = Object.freeze([]);

export class CatalogSnapshot {
  /** Grows with every change. */
  readonly version: number;
  readonly router: RouterSettings;
  readonly maxResponseBytes: number;
  readonly defaultReserveOutputTokens: number;
  readonly requestRules: RequestRules;
  readonly credentials: CredentialBook;
  /** The same list in the snapshots of all teams; a request pays nothing where it is empty. */
  readonly guardrails: readonly GuardrailDefinition[];

  /** Those of every team included. */
  private readonly all: readonly ConfiguredModel[];
  private readonly teams = new Map<string, CatalogSnapshot>();
  private readonly makeFor: (teamId: string) => CatalogSnapshot;

  private readonly exact: ReadonlyMap<string, FoundModel>;
  /** The most specific first. */
  private readonly wildcards: readonly Wildcard[];
  private readonly listed: readonly ListedModel[];
  private readonly byId: ReadonlyMap<string, Deployment>;
  /** By provider: the accounts of `files_settings`. */
  private readonly fileServices: ReadonlyMap<string, Deployment>;
  private readonly met = new LRUCache<string, FoundModel>({ max: rememberedNames });

  constructor(
    models: readonly ConfiguredModel[],
    config: Pick<GatewayConfig, 'router' | 'general'>,
    version: number,
    {
      fileServices = [],
      credentials = new CredentialBook([], []),
      guardrails = noGuardrails,
      teamId,
    }: SnapshotParts = {},
  ) {
    this.all = Object.freeze([...models]);
    this.credentials = credentials;
    this.guardrails = guardrails;
    const shared = { fileServices, credentials, guardrails };
    this.makeFor = (team) => new CatalogSnapshot(models, config, version, { ...shared, teamId: team });
    const visible = visibleTo(teamId, models);
    this.version = version;
    this.router = deepFreeze(config.router);
    this.maxResponseBytes = config.general.maxResponseBytes;
    this.defaultReserveOutputTokens = config.general.defaultReserveOutputTokens;
    this.requestRules = deepFreeze(config.general.requestRules);
    const groups = groupByName(visible);
    const plain = [...groups].filter(([name]) => !isPattern(name));
    const found = plain.map(([name, members]) => toFound(name, deploymentsOf(members)));
    const served = found.filter(({ deployments }) => deployments.length > 0);
    this.wildcards = [...groups]
      .filter(([name]) => isPattern(name))
      .sort(([left], [right]) => compareSpecificity(left, right))
      .map(([name, members]) => ({ pattern: new WildcardPattern(name), models: members }));
    const groupsByName = new Map(served.map((model) => [model.modelGroup, model]));
    this.exact = new Map([...this.readAliases(groupsByName), ...groupsByName]);
    this.listed = Object.freeze(this.list([...groups]));
    const accounts = deploymentsOf(fileServices);
    this.fileServices = new Map(accounts.map((account) => [account.provider.id, account]));
    this.byId = new Map([...deploymentsOf(models), ...accounts].map((deployment) => [deployment.id, deployment]));
    Object.freeze(this);
  }

  /**
   * What a team's keys are served: its own models in the place of others of the same name, and all that are for everybody. Without this
   * call no team's model is found.
   */
  ofTeam(teamId: string | undefined): CatalogSnapshot {
    if (teamId === undefined) return this;
    const known = this.teams.get(teamId);
    if (known) return known;
    if (!this.all.some((model) => model.teamId === teamId)) return this;
    const made = this.makeFor(teamId);
    this.teams.set(teamId, made);
    return made;
  }

  /** Every entry that is served, those of all teams included: for administrators, and for who checks them. */
  entries(): readonly ConfiguredModel[] {
    return this.all;
  }

  /** An exact name goes before an alias, an alias before a pattern, a specific pattern before a general one. */
  find(model: string): FoundModel | null {
    return this.exact.get(model) ?? this.findByPattern(model);
  }

  /** What `GET /v1/models` lists: groups and patterns in the order of the file, then the aliases that are not hidden. */
  models(): readonly ListedModel[] {
    return this.listed;
  }

  /** The account that `files_settings` names for a provider's files and batches. */
  findFileService(provider: string): Deployment | null {
    return this.fileServices.get(provider) ?? null;
  }

  /** For patterns, the deployment as configured. */
  findDeployment(id: string): Deployment | null {
    return this.byId.get(id) ?? null;
  }

  private findByPattern(name: string): FoundModel | null {
    const known = this.met.get(name);
    if (known !== undefined) return known;
    for (const { pattern, models } of this.wildcards) {
      const stars = pattern.match(name);
      if (stars === null) continue;
      const deployments = models.map((model) => specialize(model, stars, name)).filter((made) => made !== null);
      if (deployments.length === 0) continue;
      const found = toFound(pattern.pattern, deployments);
      this.met.set(name, found);
      return found;
    }
    return null;
  }

  /** An alias of a pattern's name is looked up once, here. */
  private readAliases(groups: ReadonlyMap<string, FoundModel>): Map<string, FoundModel> {
    const aliases = new Map<string, FoundModel>();
    for (const { name, target } of this.router.aliases) {
      const found = groups.get(target) ?? this.findByPattern(target);
      if (found !== null) aliases.set(name, found);
    }
    return aliases;
  }

  private list(groups: readonly (readonly [string, readonly ConfiguredModel[]])[]): ListedModel[] {
    const named = groups
      .filter(([name]) => isPattern(name) || this.exact.has(name))
      .map(([id, members]) => toListed(id, deploymentsOf(members)));
    const ids = new Set(named.map(({ id }) => id));
    const aliases = this.router.aliases
      .filter(({ name, hidden }) => !hidden && !ids.has(name) && this.exact.has(name))
      .map(({ name }) => toListed(name, this.exact.get(name)?.deployments ?? []));
    return [...named, ...aliases];
  }
}

/** A team's own models stand in for those of the same name that are for all. */
function visibleTo(teamId: string | undefined, models: readonly ConfiguredModel[]): readonly ConfiguredModel[] {
  const own = new Set(models.filter((model) => teamId !== undefined && model.teamId === teamId));
  const names = new Set([...own].map(({ modelName }) => modelName));
  return models.filter((model) => own.has(model) || (model.teamId === undefined && !names.has(model.modelName)));
}

function groupByName(models: readonly ConfiguredModel[]): Map<string, ConfiguredModel[]> {
  const groups = new Map<string, ConfiguredModel[]>();
  for (const model of models) {
    const group = groups.get(model.modelName);
    if (group === undefined) groups.set(model.modelName, [model]);
    else group.push(model);
  }
  return groups;
}

function toFound(modelGroup: string, deployments: readonly Deployment[]): FoundModel {
  const accessGroups = deployments.flatMap(({ modelInfo }) => namesIn(modelInfo['access_groups']));
  return Object.freeze({
    modelGroup,
    teamId: teamOf(deployments),
    accessGroups,
    deployments: Object.freeze(deployments),
  });
}

/** Of one name all are a team's, or none. */
function teamOf([first]: readonly Deployment[]): string | undefined {
  const teamId = first?.modelInfo['team_id'];
  return typeof teamId === 'string' ? teamId : undefined;
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

function toListed(id: string, deployments: readonly Deployment[]): ListedModel {
  const { teamId, accessGroups } = toFound(id, deployments);
  return Object.freeze({ id, isPattern: isPattern(id), teamId, accessGroups, deployments: Object.freeze(deployments) });
}

function deploymentsOf(models: readonly ConfiguredModel[]): Deployment[] {
  return models.map(({ deployment }) => deployment).filter((deployment) => deployment !== null);
}

function specialize(model: ConfiguredModel, stars: readonly string[], name: string): Deployment | null {
  const { deployment } = model;
  if (deployment === null) return model.specialize(name);
  const filled = fillTemplate(deployment.model, stars, name);
  const prefix = `${deployment.provider.id}/`;
  return model.specialize(
    isPattern(deployment.model) && filled.startsWith(prefix) ? filled.slice(prefix.length) : filled,
  );
}
