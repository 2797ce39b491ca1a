/** The contract of core in one place: what providers, rooms and library users implement or hand in. */
export * from './batch-adapter.js';
export * from './chat-adapter.js';
export * from './client-cache.js';
export * from './clock.js';
export * from './credential-exchange.js';
export * from './deployment.js';
export * from './endpoint-adapter.js';
export * from './exchange.js';
export * from './file-adapter.js';
export * from './outbound.js';
export * from './parameters.js';
export * from './provider.js';
export * from './secret-source.js';
export * from './usage.js';
