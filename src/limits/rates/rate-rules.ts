/** Which rates a request is held to: those of the key, its owners, the customer, the tags, and of single models within them. */
import type { AdmissionRequest } from '../admission.js';
import { memberOwner, ownerOf, proxyOwner, type Owner } from '../definitions/owner.js';
import type { StoredLimits } from '../definitions/owner-limits.js';

export type RateKind = 'requests' | 'tokens' | 'tokens_per_day' | 'max_parallel_requests';

/** One limit that a request is held to. */
export interface RateRule {
  /** LiteLLM's name of whom it limits: in headers and errors. */
  readonly descriptor: string;
  /** Whom it limits, as errors show it. */
  readonly value: string;
  readonly key: string;
  readonly kind: RateKind;
  readonly limit: number;
  /** Holds only while providers limit the model. */
  readonly isDynamic: boolean;
}

/** Somebody with limits whom a request is on behalf of. */
export interface Subject {
  readonly owner: Owner;
  readonly descriptor: string;
  readonly value: string;
}

const minuteMs = 60_000;
export const windowMsOf: Readonly<Record<RateKind, number>> = {
  requests: minuteMs,
  tokens: minuteMs,
  tokens_per_day: 86_400_000,
  // How long a request is believed to run without a sign of life from its process.
  max_parallel_requests: minuteMs,
};

export function subjectsOf({ caller, endUser, tags }: AdmissionRequest): Subject[] {
  const { keyHash, keyAlias, userId, teamId, organizationId, projectId } = caller;
  const subjects: Subject[] = [{ owner: proxyOwner, descriptor: 'proxy', value: 'all requests' }];
  const add = (owner: Owner, descriptor: string, value: string): number => subjects.push({ owner, descriptor, value });
  add(ownerOf('key', keyHash), 'api_key', keyAlias ?? keyHash);
  if (userId !== undefined) add(ownerOf('user', userId), 'user', userId);
  if (teamId !== undefined) add(ownerOf('team', teamId), 'team', teamId);
  if (teamId !== undefined && userId !== undefined)
    add(memberOwner(teamId, userId), 'team_member', `${teamId}:${userId}`);
  if (organizationId !== undefined) add(ownerOf('organization', organizationId), 'organization', organizationId);
  if (projectId !== undefined) add(ownerOf('project', projectId), 'project', projectId);
  if (endUser !== undefined) add(ownerOf('customer', endUser), 'end_user', endUser);
  for (const tag of new Set(tags)) add(ownerOf('tag', tag), 'tag', tag);
  return subjects;
}

/** @param limits what each of the subjects is limited to, in their order; undefined for nothing */
export function rulesOf(
  request: Pick<AdmissionRequest, 'model' | 'tags'>,
  subjects: readonly Subject[],
  limits: readonly (StoredLimits | undefined)[],
): RateRule[] {
  const rules: RateRule[] = [];
  for (const [place, subject] of subjects.entries()) {
    const own = limits[place];
    if (own) addRules(rules, subject, own, request);
  }
  return rules;
}

function addRules(
  rules: RateRule[],
  subject: Subject,
  limits: StoredLimits,
  { model, tags }: Pick<AdmissionRequest, 'model' | 'tags'>,
): void {
  const rpmIsDynamic = limits.rpm_limit_type === 'dynamic';
  const tpmIsDynamic = limits.tpm_limit_type === 'dynamic';
  const add = (
    kind: RateKind,
    limit: number | undefined,
    isDynamic = false,
    part?: { suffix: string; descriptor: string; value: string },
  ): void => {
    if (limit === undefined) return;
    const { descriptor, value } = part ?? subject;
    rules.push({ descriptor, value, key: `${subject.owner}${part?.suffix ?? ''}:${kind}`, kind, limit, isDynamic });
  };
  add('requests', limits.rpm_limit, rpmIsDynamic);
  add('tokens', limits.tpm_limit, tpmIsDynamic);
  add('tokens_per_day', limits.tpd_limit);
  add('max_parallel_requests', limits.max_parallel_requests);
  const ofModel = {
    suffix: `/m/${model}`,
    descriptor: `model_per_${subject.descriptor === 'api_key' ? 'key' : subject.descriptor}`,
    value: `${subject.value}:${model}`,
  };
  add('requests', ownOf(limits.model_rpm_limit, model), rpmIsDynamic, ofModel);
  add('tokens', ownOf(limits.model_tpm_limit, model), tpmIsDynamic, ofModel);
  if (!limits.tag_rpm_limit) return;
  for (const tag of new Set(tags)) {
    const part = {
      suffix: `/t/${tag}`,
      descriptor: `tag_per_${subject.descriptor === 'api_key' ? 'key' : subject.descriptor}`,
      value: tag,
    };
    add('requests', ownOf(limits.tag_rpm_limit, tag), false, part);
  }
}

function ownOf(limits: Readonly<Record<string, number>> | undefined, name: string): number | undefined {
  return limits !== undefined && Object.hasOwn(limits, name) ? limits[name] : undefined;
}
