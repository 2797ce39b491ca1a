/** Who is calling: what authentication has established about the bearer of a key or a token. */

export const roles = [
  'proxy_admin',
  'proxy_admin_viewer',
  'org_admin',
  'internal_user',
  'internal_user_viewer',
  'team',
  'customer',
] as const;

/** Of the whole proxy; being an admin of an organization or a team is a membership, which the access scope knows. */
export type Role = (typeof roles)[number];

export interface Principal {
  readonly role: Role;
  /** True for the master key alone. */
  readonly isMaster?: boolean;
  /** SHA-256 of the clear key, hex: identifies the key in the ledger and nowhere grants anything. */
  readonly keyHash: string;
  readonly keyAlias: string | undefined;
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
  /** The names and patterns of the models it may use; empty for all. */
  readonly models: readonly string[];
  /** Added to those of each of its requests. */
  readonly tags: readonly string[];
  /** The route groups and paths it may call; absent or empty for all that its role may. */
  readonly allowedRoutes?: readonly string[];
}
