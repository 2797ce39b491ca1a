/** Which deployments the tags of a request lead to, as LiteLLM's `enable_tag_filtering` has it. */
import { GatewayError } from '../errors/gateway-error.js';
import type { Deployment } from '../spec/deployment.js';

const defaultTag = 'default';

/**
 * A request with tags goes to deployments that have one of them (all of them where `matchAny` is false), else to those with the
 * tag `default`; `!tag` leaves out deployments with that tag, `&tag` wants it in any case. One without tags goes to the `default`
 * deployments where there are any, else to all.
 *
 * @throws GatewayError `forbidden` where the tags lead nowhere
 */
export function filterByTags(
  deployments: readonly Deployment[],
  tags: readonly string[],
  matchAny: boolean,
): readonly Deployment[] {
  const wanted = tags.filter((tag) => !/^[!&]/.test(tag));
  const excluded = marked(tags, '!');
  const required = marked(tags, '&');
  const open = deployments.filter((deployment) => {
    const own = tagsOf(deployment);
    return !excluded.some((tag) => own.includes(tag)) && required.every((tag) => own.includes(tag));
  });
  const defaults = open.filter((deployment) => tagsOf(deployment).includes(defaultTag));
  if (wanted.length === 0) {
    if (required.length > 0 || defaults.length === 0) return orRefuse(open);
    return defaults;
  }
  const matching = open.filter((deployment) => {
    const own = tagsOf(deployment);
    return matchAny ? wanted.some((tag) => own.includes(tag)) : wanted.every((tag) => own.includes(tag));
  });
  return orRefuse(matching.length > 0 ? matching : defaults);
}

function tagsOf({ routing }: Deployment): readonly string[] {
  return routing?.tags ?? [];
}

function marked(tags: readonly string[], mark: string): string[] {
  return tags.filter((tag) => tag.startsWith(mark)).map((tag) => tag.slice(1));
}

function orRefuse(deployments: readonly Deployment[]): readonly Deployment[] {
  if (deployments.length > 0) return deployments;
  const reason = 'Not allowed to access model due to tags configuration. Send tags that one of its deployments has.';
  throw new GatewayError('forbidden', { facts: { reason } });
}
