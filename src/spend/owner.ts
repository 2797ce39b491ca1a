/** Names whoever has limits and spends money: one text for each, as the database's columns `owner` hold it. */

export type OwnerKind =
  | 'proxy'
  | 'organization'
  | 'team'
  | 'member'
  | 'project'
  | 'user'
  | 'key'
  | 'customer'
  | 'tag'
  | 'deployment'
  | 'provider';

/** Such as `key:<hash>` or `team:<id>`. */
export type Owner = `${OwnerKind}:${string}`;

/** The whole proxy. */
export const proxyOwner: Owner = 'proxy:';

export function ownerOf(kind: Exclude<OwnerKind, 'member' | 'proxy'>, id: string): Owner {
  return `${kind}:${id}`;
}

/** A user within a team. */
export function memberOwner(teamId: string, userId: string): Owner {
  return `member:${encodeURIComponent(teamId)}/${encodeURIComponent(userId)}`;
}

export function kindOf(owner: string): OwnerKind {
  return owner.slice(0, owner.indexOf(':')) as OwnerKind;
}

/** What stands behind the kind: for a member, `team/user`. */
export function idOf(owner: string): string {
  return owner.slice(owner.indexOf(':') + 1);
}

/** The account of an owner's whole spend. */
export function mainAccount(owner: Owner): string {
  return owner;
}

/** The account of another window that runs beside the main one. */
export function windowAccount(owner: Owner, duration: string): string {
  return `${owner}/w/${duration}`;
}

/** The account of one model within an owner's. */
export function modelAccount(owner: Owner, model: string): string {
  return `${owner}/m/${model}`;
}

/** Whether an account for one model counts requests for a model by this name: its own, without its provider's prefix, or one of a pattern. */
export function countsModel(accountModel: string, model: string): boolean {
  if (accountModel === model) return true;
  const slash = model.indexOf('/');
  if (slash > 0 && accountModel === model.slice(slash + 1)) return true;
  const star = accountModel.indexOf('*');
  if (star < 0) return false;
  const [head, tail] = [accountModel.slice(0, star), accountModel.slice(star + 1)];
  return model.length >= head.length + tail.length && model.startsWith(head) && model.endsWith(tail);
}
