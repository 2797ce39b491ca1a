/** Whom an object belongs to, and who may see it. */
import type { FoundModel } from '../catalog/catalog-snapshot.js';
import type { ErrorCode } from '../core/errors/catalog.js';

export interface ObjectOwner {
  /** SHA-256 of the key, hex. */
  readonly keyHash: string;
  /** True for administrators: they see the objects of every key. */
  readonly seesAll: boolean;
  readonly keyAlias?: string | undefined;
  readonly userId?: string | undefined;
  readonly teamId?: string | undefined;
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly tags: readonly string[];
}

/** Which models the owner may use. */
export interface ModelAccess {
  /** True where it is limited to no names. */
  readonly unrestricted: boolean;
  /** What the model is refused with; null where it may be used. */
  denial(model: string, facts?: Pick<FoundModel, 'accessGroups' | 'teamId'> | null): ErrorCode | null;
  /** Whose own models it may use beside those that are for all. */
  readonly teamId?: string | undefined;
}

/** What rows a caller may see at all: everybody else's are not there. */
export function visibleTo(owner: ObjectOwner): { readonly ownerKeyHash?: string } {
  return owner.seesAll ? {} : { ownerKeyHash: owner.keyHash };
}
