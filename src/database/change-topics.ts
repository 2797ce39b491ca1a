/** The topics of the change feed: of what a writer tells the other processes, and whose caches it concerns. The key of a change is an id, where nothing else is said. */

/** A virtual key; its key is the hash. */
export const keyTopic = 'key';
export const teamTopic = 'team';
/** A membership in a team; its key is `team/user`, each encoded, as in the name of the member's limits. */
export const memberTopic = 'member';
export const userTopic = 'user';
export const organizationTopic = 'organization';
export const projectTopic = 'project';
export const accessGroupTopic = 'access_group';
/** A mapping from a claim of a token to a key; its key is that of `mappingKey`. */
export const jwtMappingTopic = 'jwt_key_mapping';
export const customerTopic = 'customer';
export const tagTopic = 'tag';
export const budgetTopic = 'budget';
/** What limits an owner; its key is the owner. */
export const limitsTopic = 'limits';
/** An account whose leases are wanted back; its key is the account. */
export const recallTopic = 'recall';
/** A stored model. */
export const modelsTopic = 'models';
/** A stored credential; its key is its name. */
export const credentialTopic = 'credential';
/** A stored pass-through endpoint. */
export const passThroughTopic = 'pass_through';
/** A stored guardrail. */
export const guardrailTopic = 'guardrail';
/** A stored setting. */
export const configTopic = 'config';

export type ChangeTopic =
  | typeof keyTopic
  | typeof teamTopic
  | typeof memberTopic
  | typeof userTopic
  | typeof organizationTopic
  | typeof projectTopic
  | typeof accessGroupTopic
  | typeof jwtMappingTopic
  | typeof customerTopic
  | typeof tagTopic
  | typeof budgetTopic
  | typeof limitsTopic
  | typeof recallTopic
  | typeof modelsTopic
  | typeof credentialTopic
  | typeof passThroughTopic
  | typeof guardrailTopic
  | typeof configTopic;
