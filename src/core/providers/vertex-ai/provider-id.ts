/** The id under which the provider stands in the registry and in errors. */
export const providerId = 'vertex_ai';
