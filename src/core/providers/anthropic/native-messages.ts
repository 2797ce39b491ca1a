/** The native pair for clients that speak Anthropic's Messages API: bytes through, the model's name changed in place. */
// https://platform.claude.com/docs/en/api/messages
import type { AnthropicMessage } from '../../schema/anthropic/messages.js';
import type { MessagesBlock, MessagesRequest } from '../../schema/anthropic/messages-request.js';
import type { NativeAdapter, NativeCall } from '../../spec/chat-adapter.js';
import type { OutboundRequest } from '../../spec/outbound.js';
import type { Usage } from '../../spec/usage.js';
import { applySplices, scanTopLevel } from '../openai-compatible/json-splice.js';
import { findReportedError } from '../openai-compatible/parse-error.js';
import { betasOf } from './betas.js';
import { anthropicHost, inNameOf, type BetaNaming, type ClaudeHost } from './claude-host.js';
import { toUsage } from './map-usage.js';
import { MessagesStreamTap } from './messages-stream-tap.js';
import { invalidAnswer } from './parse-response.js';
import { sourceAddresses, withFetchedSources } from './remote-sources.js';
import { replaceMember } from './replace-member.js';

const apiVersion = '2023-06-01';

/** @param host one that takes Anthropic's requests as they are, but for the address, the credentials and what frames the body */
export function nativeMessages(host: ClaudeHost = anthropicHost): NativeAdapter<MessagesRequest> {
  return {
    accepts: () => true,
    remoteMedia: ({ body }) => (host.takesAddresses === false ? sourceAddresses(body) : []),
    buildRequest: (call) => buildRequest(withFetchedSources(call), host),
    readResponse: ({ body }) => inNameOf(host.provider, () => ({ body, usage: readUsage(body) })),
    createStreamTap: () => new MessagesStreamTap(host.provider),
  };
}

function readUsage(body: Buffer): Usage | undefined {
  const answer = parse(body);
  const reported = findReportedError(answer, 'anthropic', 'upstream_internal');
  if (reported) throw reported;
  if (!Array.isArray(answer?.content)) throw invalidAnswer('it has no list of content blocks');
  return toUsage(answer.usage);
}

function buildRequest(call: NativeCall<MessagesRequest>, host: ClaudeHost): OutboundRequest {
  return {
    method: 'POST',
    origin: call.endpoint.origin,
    path: host.path(call),
    headers: messagesHeaders(call, host),
    body: bodyOf(call, host),
  };
}

/** The client's bytes where only what frames them changes; written anew where the deployment adds or takes out members. */
function bodyOf(call: NativeCall<MessagesRequest>, host: ClaudeHost): Buffer | string {
  const { alwaysDrop, extraBody } = call.parameters;
  const dropped = alwaysDrop.filter((name) => name in call.body && name !== 'model' && name !== 'messages');
  const text = call.bytes.toString('latin1');
  const isForeign = unsigned.test(text);
  if (dropped.length === 0 && !extraBody && !isForeign) {
    const edited = editBytes(call, host, text);
    if (edited) return edited;
  }
  const { version, frame } = frameOf(call, host);
  const left = [...dropped, ...framedMembers(host)];
  const kept = Object.entries(call.body).filter(([name]) => !left.includes(name));
  return JSON.stringify({
    ...version,
    ...Object.fromEntries(kept),
    ...(isForeign && { messages: withoutUnsigned(call.body.messages) }),
    ...extraBody,
    ...frame,
  });
}

/** The client's members that give way to the host's frame. */
function framedMembers({ bodyVersion, betasInBody, streamInBody }: ClaudeHost): readonly string[] {
  return [
    'model',
    ...(bodyVersion === undefined ? [] : ['anthropic_version']),
    ...(betasInBody ? ['anthropic_beta'] : []),
    ...(streamInBody === false ? ['stream'] : []),
  ];
}

/** What a host wants to be told in the body. */
interface BodyFrame {
  /** A deployment may ask for another one. */
  readonly version: { readonly anthropic_version?: string };
  readonly frame: { readonly model?: string; readonly anthropic_beta?: readonly string[] };
}

function frameOf(call: NativeCall<MessagesRequest>, host: ClaudeHost): BodyFrame {
  if (host.bodyVersion === undefined) return { version: {}, frame: { model: call.model } };
  const betas = host.betasInBody ? betasOf(call, host) : [];
  return {
    version: { anthropic_version: host.bodyVersion },
    frame: betas.length > 0 ? { anthropic_beta: betas } : {},
  };
}

/** Undefined where more would have to give way than a client of Anthropic's writes. */
function editBytes(call: NativeCall<MessagesRequest>, host: ClaudeHost, text: string): Buffer | undefined {
  const { spans } = scanTopLevel(text, framedMembers(host), call.body) ?? {};
  const model = spans?.get('model');
  if (!spans || !model) return undefined;
  if (host.bodyVersion === undefined) {
    if (call.body.model === call.model) return call.bytes;
    return applySplices(text, [{ ...model, text: JSON.stringify(call.model) }]);
  }
  const others = [...spans.keys()].filter((name) => name !== 'model' && name !== 'stream');
  if (others.length > 0) return undefined;
  const { version, frame } = frameOf(call, host);
  const splices = [...spans].map(([name, span]) =>
    replaceMember(text, name, span, name === 'model' ? { ...version, ...frame } : {}),
  );
  return applySplices(text, splices);
}

/** How thoughts of other providers' models reach a client: what Claude did not sign, it refuses. */
const unsigned = /"signature"\s*:\s*""/;

function withoutUnsigned(messages: MessagesRequest['messages']): MessagesRequest['messages'] {
  const kept = messages.map((message) => {
    if (message.role !== 'assistant' || typeof message.content === 'string') return message;
    return { ...message, content: message.content.filter((block) => !isUnsigned(block)) };
  });
  return kept.filter(({ content }, at) => content.length > 0 || messages[at]?.content.length === 0);
}

function isUnsigned({ type, signature }: MessagesBlock): boolean {
  return type === 'thinking' && signature === '';
}

/** The client's betas and the deployment's are both wanted. */
export function messagesHeaders(
  call: BetaNaming,
  host: Pick<ClaudeHost, 'bodyVersion' | 'betasInBody' | 'betaHere'>,
): Record<string, string> {
  const { clientHeaders, parameters } = call;
  const { 'anthropic-beta': _own, ...extra } = parameters.extraHeaders ?? {};
  const betas = host.betasInBody ? [] : betasOf(call, host);
  return {
    'content-type': 'application/json',
    ...(host.bodyVersion === undefined && { 'anthropic-version': clientHeaders?.['anthropic-version'] ?? apiVersion }),
    ...extra,
    ...(betas.length > 0 && { 'anthropic-beta': betas.join(',') }),
  };
}

function parse(body: Buffer): AnthropicMessage | null {
  try {
    return JSON.parse(body.toString()) as AnthropicMessage | null;
  } catch (cause) {
    throw invalidAnswer('it is not JSON', cause);
  }
}
