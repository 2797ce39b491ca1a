/** What the process is told by its environment alone, beside the configuration. */
import type { Environment } from './environment-references.js';

export interface ProcessSettings {
  /** `LITELLM_LOG`. */
  readonly logLevel: string | undefined;
  /** How a shell gets at the master key: what start-up prints in the example request instead of the key itself. */
  readonly masterKeyShown: string;
}

export function readProcessSettings(environment: Environment = process.env): ProcessSettings {
  const { LITELLM_LOG, TOLLGATE_MASTER_KEY_FILE, TOLLGATE_MASTER_KEY, LITELLM_MASTER_KEY } = environment;
  return { logLevel: LITELLM_LOG, masterKeyShown: shellExpression() };

  function shellExpression(): string {
    if (TOLLGATE_MASTER_KEY_FILE) return `$(cat ${TOLLGATE_MASTER_KEY_FILE})`;
    if (TOLLGATE_MASTER_KEY) return '$TOLLGATE_MASTER_KEY';
    return LITELLM_MASTER_KEY ? '$LITELLM_MASTER_KEY' : '<general_settings.master_key>';
  }
}
