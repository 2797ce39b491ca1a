/** How much is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** LiteLLM's `LITELLM_LOG` in any case; anything else means `info`. */
export function logLevelFrom(text: string | undefined): LogLevel {
  const wanted = text?.toLowerCase();
  return levels.find((level) => level === wanted) ?? 'info';
}
