/** The injection token of the client cache's settings. */
export const CLIENT_CACHE_OPTIONS = Symbol('CLIENT_CACHE_OPTIONS');
