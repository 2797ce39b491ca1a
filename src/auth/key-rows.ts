/** The rows of the database that make a virtual key: its own, and those of whom it belongs to. */
import type {
  AccessGroup,
  Organization,
  Project,
  Team,
  TeamMember,
  User,
  VirtualKey,
} from '../database/database-client.js';

export interface KeyRows {
  readonly key: VirtualKey;
  /** The key was presented by the token that it had before, which goes on working until then. */
  readonly replaced?: { readonly token: string; readonly validUntil: Date } | undefined;
  readonly user?: User | null;
  readonly team?: Team | null;
  readonly member?: TeamMember | null;
  readonly organization?: Organization | null;
  readonly project?: Project | null;
  /** Those that any list of these rows may name. */
  readonly accessGroups?: readonly AccessGroup[];
  /** What the key names and was deleted. */
  readonly deleted?: readonly { readonly kind: string; readonly id: string }[];
}

/** An organization that the key names itself goes before that of its team. */
export function organizationOf(key: VirtualKey, team: Team | null | undefined): string | null {
  return key.organizationId ?? team?.organizationId ?? null;
}
