/** What a model name in the lines of a batch stands for, in the account that the file goes to. */
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { Deployment } from '../../core/spec/index.js';
import type { ModelAccess } from '../object-owner.js';
import { isSameAccount, type PlacementFinder } from '../placement.js';
import type { LineModel, ResolveLineModel } from './batch-input.js';

export function lineModelsOf(account: Deployment, finder: PlacementFinder, access: ModelAccess): ResolveLineModel {
  const nameAt = (deployment: Deployment): string =>
    account.provider.batches?.lineModel(deployment) ?? deployment.model;
  return (name) => {
    const own = findOwnName(name, account, finder, nameAt);
    if (own) return own;
    // An account that serves every model of its provider is asked for what nobody has given another name.
    if (account.model === '*' && access.unrestricted && !finder.isServed(name))
      return { name, model: nameAt({ ...account, model: name }), deploymentId: account.id };
    const served = finder.allowed(name).deployments.find((each) => isSameAccount(each, account));
    if (served) return { name, model: nameAt(served), deploymentId: served.id };
    const reason = `the model ${name} is not served from the account that this file goes to. Upload its requests in a file of their own.`;
    throw new GatewayError('invalid_request', { param: 'file', facts: { reason } });
  };
}

/** The provider's own name of a model that the key may use, where no client's name is spelled like it. */
function findOwnName(
  name: string,
  account: Deployment,
  finder: PlacementFinder,
  nameAt: (deployment: Deployment) => string,
): LineModel | undefined {
  if (finder.isServed(name)) return undefined;
  const found = finder.deployments().find((each) => isSameAccount(each, account) && nameAt(each) === name);
  return found && { name, model: name, deploymentId: found.id };
}
