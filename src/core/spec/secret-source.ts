/** The port through which core reads secrets that lie outside the configuration: environment variables and token files. */

export interface SecretSource {
  /** Undefined where it is unset or empty. */
  variable(name: string): string | undefined;
  /** The text of a small file, such as a service account or a projected token; undefined where there is none. */
  file(path: string): string | undefined;
}

/** For deployments that may not use the operator's own credentials. */
export const noSecrets: SecretSource = { variable: () => undefined, file: () => undefined };
