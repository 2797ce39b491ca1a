/** The contract of core in one place: what providers, rooms and library users implement or hand in. */
export * from './chat-adapter.js';
export * from './client-cache.js';
export * from './clock.js';
export * from './credential-exchange.js';
export * from './deployment.js';
export * from './endpoint-adapter.js';
export * from './exchange.js';
export * from './model-caller.js';
export * from './outbound.js';
export * from './parameters.js';
export * from './provider.js';
export * from './secret-source.js';
export * from './shared-routing-state.js';
export * from './stored-responses.js';
export * from './token-count-adapter.js';
export * from './usage.js';
