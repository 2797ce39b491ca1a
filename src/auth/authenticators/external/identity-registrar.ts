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
  /**
   * Makes the user's role and memberships what the token says. Teams that do not exist are left out.
   *
   * @param user absent parts are those of which the token says nothing: they stay as they are
   */
  syncUser(user: {
    readonly id: string;
    readonly role: UserRole | undefined;
    readonly teamIds: readonly string[] | undefined;
  }): Promise<void>;
  /** A new key for whom the claim of this issuer stands, and the mapping to it; its hash. */
  registerKey(claim: {
    readonly issuer: string;
    readonly name: string;
    readonly value: string;
    readonly userId: string | undefined;
    readonly teamId: string | undefined;
    /** Empty for all that its role may call. */
    readonly allowedRoutes: readonly string[];
  }): Promise<string>;
}
