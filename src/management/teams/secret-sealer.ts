/** The port by which credentials in a team's callbacks are kept at rest: sealed to the place where they stand. */
export const SECRET_SEALER = Symbol('SECRET_SEALER');

export interface SecretSealer {
  /**
   * An envelope that can be opened for the same place alone.
   *
   * @param place such as `teams.settings/<team>/<callback>/<name>`
   * @throws GatewayError where the installation has no key to seal with
   */
  seal(secret: string, place: string): string | Promise<string>;
}
