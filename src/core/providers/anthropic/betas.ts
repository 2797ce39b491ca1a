/** The beta features that a request names: the client's, as far as the host of Claude knows them, and the deployment's. */
// https://platform.claude.com/docs/en/api/beta-headers
import type { BetaNaming, ClaudeHost } from './claude-host.js';

type Naming = Pick<ClaudeHost, 'betaHere' | 'betasInBody'>;

/** Each once, the client's first. */
export function betasOf(call: BetaNaming, { betaHere, betasInBody }: Naming): readonly string[] {
  const { body, clientHeaders, parameters } = call;
  const asked = namesIn(clientHeaders?.['anthropic-beta']);
  const own = namesIn(parameters.extraHeaders?.['anthropic-beta']);
  if (betasInBody) {
    asked.push(...namesIn(body['anthropic_beta']));
    own.push(...namesIn(parameters.extraBody?.['anthropic_beta']));
  }
  const known = betaHere ? asked.flatMap((beta) => betaHere(beta, call) ?? []) : asked;
  return [...new Set([...known, ...own])];
}

/** Of a header's list, or of a list in a body. */
function namesIn(given: unknown): string[] {
  const lists: readonly unknown[] = Array.isArray(given) ? given : [given];
  return lists
    .flatMap((list) => (typeof list === 'string' ? list.split(',') : []))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Anthropic's beta for tool search, and more; clouds have one for tool search alone. */
// https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool
const advancedTools = 'advanced-tool-use-2025-11-20';
const toolSearch = 'tool-search-tool-2025-10-19';

/** For a cloud, which refuses a request that names a beta unknown to it: clients of Anthropic's name theirs with every request. */
export function cloudBetas(known: readonly string[]): NonNullable<ClaudeHost['betaHere']> {
  const names = new Set([...known, toolSearch]);
  return (beta, { body }) => {
    if (beta === advancedTools) return searchesTools(body['tools']) ? toolSearch : undefined;
    return names.has(beta) ? beta : undefined;
  };
}

function searchesTools(tools: unknown): boolean {
  const list = (Array.isArray(tools) ? tools : []) as readonly ({ readonly type?: unknown } | null)[];
  return list.some((tool) => String(tool?.type).startsWith('tool_search_tool'));
}
