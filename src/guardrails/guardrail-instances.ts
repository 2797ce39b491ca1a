/** Makes the guardrails that are configured, each once: what is made stays while its definition does, over reloads. */
import { readFileSync } from 'node:fs';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { cannotWork, fingerprintOf, type GuardrailDefinition } from '../catalog/guardrail-definition.js';
import { errorAt, warningAt, type ConfigProblem } from '../config/config-problem.js';
import { describeIssue } from '../config/describe-issue.js';
import { originOfParameter } from '../config/guardrail-entry.js';
import { findNearestName } from '../config/nearest-name.js';
import { appendPath } from '../config/located.js';
import { GatewayError } from '../core/errors/gateway-error.js';
import type { Deployment } from '../core/spec/deployment.js';
import { GuardrailMistake, type Guardrail, type GuardrailSurroundings, type GuardrailType } from './guardrail.js';
import type { GuardrailRegistry } from './guardrail-registry.js';
import { withScope } from './guardrail-scope.js';
import type { ActiveGuardrail } from './guardrail-source.js';
import { findUnknownParameters } from './parameter-names.js';

export interface MadeGuardrails {
  /** In the order of the definitions, none left out: one that cannot be made works as one whose service is away. */
  readonly active: readonly ActiveGuardrail[];
  /** Errors for those of the file, warnings for those of the database. */
  readonly problems: readonly ConfigProblem[];
}

/** What guardrails may use, but for what the snapshot says. */
export type Surroundings = Omit<GuardrailSurroundings, 'deploymentsOf' | 'egress' | 'readFile'>;

interface Made {
  readonly guardrail: Guardrail | null;
  readonly problems: readonly ConfigProblem[];
}

export class GuardrailInstances {
  private readonly made = new Map<string, Guardrail>();
  /** While something is being made: the snapshot that it is made for, which is not served yet. */
  private making: CatalogSnapshot | undefined;

  /** @param served what is served now; undefined before that */
  constructor(
    private readonly registry: GuardrailRegistry,
    private readonly surroundings: Surroundings,
    private readonly served: () => CatalogSnapshot | undefined,
  ) {}

  /** Those of a snapshot, whether or not it comes into use. */
  make(snapshot: CatalogSnapshot): MadeGuardrails {
    this.making = snapshot;
    try {
      const made = snapshot.guardrails.map((definition) => ({ definition, ...this.makeOne(definition) }));
      return {
        active: made.map(({ definition, guardrail }) => activeOf(definition, guardrail ?? unable(definition))),
        problems: made.flatMap(({ definition, problems }) => [...problems, ...checkRoute(definition, snapshot)]),
      };
    } finally {
      this.making = undefined;
    }
  }

  /** Forgets what this snapshot has no use for. */
  keepOnly({ guardrails }: CatalogSnapshot): void {
    const wanted = new Set(guardrails.map(fingerprintOf));
    for (const fingerprint of this.made.keys()) if (!wanted.has(fingerprint)) this.made.delete(fingerprint);
  }

  private makeOne(definition: GuardrailDefinition): Made {
    // The catalog has told of it.
    if (definition.fault !== undefined) return { guardrail: null, problems: [] };
    const type = this.registry.find(definition.type);
    if (type === null)
      return { guardrail: null, problems: [at(definition, 'guardrail', this.unknownType(definition))] };
    const fingerprint = fingerprintOf(definition);
    const known = this.made.get(fingerprint);
    const problems = unknownParameters(type, definition);
    if (known) return { guardrail: known, problems };
    const made = this.create(type, definition);
    if ('problems' in made) return { guardrail: null, problems: [...problems, ...made.problems] };
    if (problems.some(({ severity }) => severity === 'error')) return { guardrail: null, problems };
    this.made.set(fingerprint, made.guardrail);
    return { guardrail: made.guardrail, problems };
  }

  private create(
    type: GuardrailType,
    definition: GuardrailDefinition,
  ): { readonly guardrail: Guardrail } | { readonly problems: readonly ConfigProblem[] } {
    const { parameters, scan, retries } = definition;
    const read = type.parameters.safeParse(parameters);
    if (!read.success)
      return {
        problems: read.error.issues.map((issue) => {
          const message = describeIssue(issue, valueAt(parameters, issue.path), [...paramsPath, ...issue.path]);
          return at(definition, appendPath('', issue.path), message);
        }),
      };
    try {
      const guardrail = type.create(read.data, this.surroundingsOf(definition));
      return { guardrail: withScope(guardrail, scan, retries) };
    } catch (error) {
      if (error instanceof GuardrailMistake) return { problems: [at(definition, error.path, error.message)] };
      // A kind that fails must not take the catalog down with it. Its message may hold parameters, and so secrets.
      const kind = error instanceof Error ? error.name : typeof error;
      return { problems: [at(definition, '', `cannot be made (${kind}). Correct its parameters.`)] };
    }
  }

  /** What a row says may not lead to addresses that only the operator may allow. */
  private surroundingsOf({ source }: GuardrailDefinition): GuardrailSurroundings {
    const { http, ...rest } = this.surroundings;
    const restricted: Surroundings['http'] = { send: (request) => http.send({ ...request, egress: 'restricted' }) };
    const ofFile = source === 'file';
    return {
      ...rest,
      http: ofFile ? http : restricted,
      egress: ofFile ? 'operator' : 'restricted',
      ...(ofFile && { readFile: (path: string) => readFileSync(path, 'utf8') }),
      deploymentsOf: (group) => this.deploymentsOf(group),
    };
  }

  private deploymentsOf(group: string): readonly Deployment[] {
    return (this.making ?? this.served())?.find(group)?.deployments ?? [];
  }

  private unknownType({ type }: GuardrailDefinition): string {
    const nearest = findNearestName(type, this.registry.ids);
    const advice = nearest === null ? `There are: ${this.registry.ids.join(', ')}.` : `Did you mean \`${nearest}\`?`;
    return `there is no kind of guardrail \`${type}\`. ${advice}`;
  }
}

const paramsPath = ['guardrails', 0, 'litellm_params'] as const;

function unknownParameters(type: GuardrailType, definition: GuardrailDefinition): ConfigProblem[] {
  return findUnknownParameters(type.parameters, definition.parameters).map(({ name, message, isMistake }) =>
    isMistake ? at(definition, name, message) : warningAt(originOfParameter(definition, name), message),
  );
}

/** A request that is to go there would fail. */
function checkRoute(definition: GuardrailDefinition, snapshot: CatalogSnapshot): ConfigProblem[] {
  const { routeTo } = definition.scan;
  if (routeTo === undefined || snapshot.find(routeTo) !== null) return [];
  const origin = originOfParameter(definition, 'sensitive_data_route_to_model');
  return [warningAt(origin, `leads to \`${routeTo}\`, which is not served now.`)];
}

/** What stands in the database stops neither the start nor a reload of the file. */
function at(definition: GuardrailDefinition, path: string, message: string): ConfigProblem {
  const origin = originOfParameter(definition, path);
  return definition.source === 'file' ? errorAt(origin, message) : warningAt(origin, `${cannotWork}${message}`);
}

function unable({ name, fault }: GuardrailDefinition): Guardrail {
  return {
    stream: { by: 'answer' },
    check() {
      const detail = fault ?? 'it is configured wrongly; the log says how';
      throw new GatewayError('guardrail_unavailable', { facts: { guardrail: name }, detail });
    },
  };
}

function activeOf(definition: GuardrailDefinition, guardrail: Guardrail): ActiveGuardrail {
  const { name, modes, tagModes, defaultOn: isDefault, order, failure, timeoutMs, messageTemplate } = definition;
  return {
    name,
    guardrail,
    modes,
    ...(tagModes && { tagModes: new Map(Object.entries(tagModes)) }),
    isDefault,
    order,
    failure,
    timeoutMs,
    ...(messageTemplate !== undefined && { messageTemplate }),
  };
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    root,
  );
}
