/** The provider's id, which its parts put into errors. */
export const providerId = 'elevenlabs';

/** Users give the address with and without its version. */
export function versioned(basePath: string): string {
  return basePath.endsWith('/v1') ? basePath : `${basePath}/v1`;
}
