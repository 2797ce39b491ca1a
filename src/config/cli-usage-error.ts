/** The error of a command line that cannot be followed. */

/** The message says what to do; the process ends with `exitCode`. */
export class CliUsageError extends Error {
  override readonly name = 'CliUsageError';
  readonly exitCode = 2;
}
