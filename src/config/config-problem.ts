/** What is wrong in a configuration: one shape for every finding, and how findings are shown. */

/** Where a value was written. */
export interface Origin {
  readonly file: string;
  /** Beginning with 1; 0 where the finding belongs to the file as a whole. */
  readonly line: number;
  /** The YAML path within that file: `model_list[2].litellm_params.timeout`; empty for the file itself. */
  readonly path: string;
}

export interface ConfigProblem extends Origin {
  /** An error keeps the configuration from being used. */
  readonly severity: 'error' | 'warning';
  /** What is wrong and what to do; holds no secret. */
  readonly message: string;
}

/** A configuration that cannot be used; `problems` holds every finding, warnings included. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(describeProblems(problems.filter(isError)));
  }
}

export function errorAt(origin: Origin, message: string): ConfigProblem {
  return { severity: 'error', file: origin.file, line: origin.line, path: origin.path, message };
}

export function warningAt(origin: Origin, message: string): ConfigProblem {
  return { severity: 'warning', file: origin.file, line: origin.line, path: origin.path, message };
}

export function isError(problem: ConfigProblem): boolean {
  return problem.severity === 'error';
}

/** One line for each problem: `file:line: path: message`; warnings say that they are. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  return problems.map(describeProblem).join('\n');
}

export function describeProblem(problem: ConfigProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}` : problem.file;
  const path = problem.path === '' ? '' : `${problem.path}: `;
  const mark = problem.severity === 'warning' ? 'warning: ' : '';
  return `${place}: ${path}${mark}${problem.message}`;
}
