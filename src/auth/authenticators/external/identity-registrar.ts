/** The port by which users, teams and keys are made that a token names and that do not exist; management implements it, with its audit log. */
import type { UserRole } from '../../../config/jwt-settings.js';

export const IDENTITY_REGISTRAR = Symbol('IDENTITY_REGISTRAR');

export interface IdentityRegistrar {
  /** Makes the user, if nobody else has meanwhile. */
  createUser(user: {
    readonly id: string;
    readonly email: string | undefined;
    readonly role: UserRole | undefined;
  }): Promise<void>;
  createTeam(team: { readonly id: string }): Promise<void>;
  /** Makes the user's role and memberships what the token says. Teams that do not exist are left out. */
  syncUser(user: {
    readonly id: string;
    readonly role: UserRole | undefined;
    readonly teamIds: readonly string[];
  }): Promise<void>;
  /** A new key for whom the claim stands, and the mapping to it; its hash. */
  registerKey(claim: {
    readonly name: string;
    readonly value: string;
    readonly userId: string | undefined;
    readonly teamId: string | undefined;
  }): Promise<string>;
}
