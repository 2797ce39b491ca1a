/** Carries a WebSocket between client and upstream: bytes both ways with backpressure, read on the way for what they cost. */
import { pipeline } from 'node:stream';
import type { Duplex } from 'node:stream';
import { Transform } from 'node:stream';
import type { Dispatcher } from 'undici';
import { GatewayError } from '../../core/errors/gateway-error.js';
import type { AnswerHead, Clock, InboundHeaders, OutboundRequest, Usage } from '../../core/spec/index.js';
import { networkFailure } from '../../core/transport/network-failure.js';
import { toClientHeaders } from '../forwarded-headers.js';
import type { PassedAnswer } from '../pass-through-exchange.js';
import { addedUsage } from '../usage/answer-reading.js';
import { plainUsage } from '../usage/plain-usage.js';
import { TextMessages } from './text-messages.js';
import type { Upgrade } from './upgraded-requests.js';

export interface SessionOptions {
  readonly dispatcher: Dispatcher;
  readonly request: Pick<OutboundRequest, 'origin' | 'path' | 'headers'>;
  readonly provider: string;
  /** The gateway's own headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Something has been paid for. */
  checkpoint(): void;
}

/** A session may last as long as both sides like; one that does not even begin is given up. */
const upgradeTimeoutMs = 30_000;
/** `1001`: the server goes away. https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const goingAway = Buffer.from([0x88, 0x02, 0x03, 0xe9]);
/** What tells of a turn's usage: OpenAI's, Azure's and Gemini's realtime APIs. */
const tellsUsage = /"(?:response\.done|usageMetadata|conversation\.item\.input_audio_transcription\.completed)"/;

export class WebSocketRelay implements PassedAnswer {
  head: AnswerHead | undefined;
  headAt: number | undefined;
  usage: Usage | undefined;
  readonly contentEvents = 0;
  readonly failure = undefined;
  readonly stream = true;

  private ended: GatewayError | undefined;
  private upstream: Duplex | undefined;
  private readonly opening = new AbortController();

  constructor(
    private readonly upgrade: Upgrade,
    private readonly clock: Clock,
  ) {
    upgrade.socket.once('close', () => this.opening.abort(new GatewayError('client_closed')));
  }

  sentText(): undefined {
    return undefined;
  }

  /** Resolves when both sides have ended. @throws GatewayError for an upstream that takes no WebSocket */
  async run(options: SessionOptions): Promise<void> {
    const { headers, socket } = await this.open(options);
    this.upstream = socket;
    this.head = { status: 101, headers };
    this.headAt = this.clock.monotonic();
    this.answer(headers, options);
    await this.carry(socket, options);
    if (this.ended) throw this.ended;
  }

  abort(error: GatewayError): void {
    this.ended ??= error;
    this.opening.abort(error);
    if (!this.upstream) return;
    if (this.upgrade.socket.writable) this.upgrade.socket.end(goingAway);
    this.upstream.destroy();
  }

  finish(): void {
    this.upgrade.socket.end();
  }

  private async open({ dispatcher, request, provider }: SessionOptions): Promise<Dispatcher.UpgradeData> {
    try {
      return await dispatcher.upgrade({
        path: request.path,
        method: 'GET',
        headers: request.headers,
        protocol: 'websocket',
        signal: AbortSignal.any([this.opening.signal, AbortSignal.timeout(upgradeTimeoutMs)]),
        headersTimeout: upgradeTimeoutMs,
      } as Dispatcher.UpgradeOptions);
    } catch (error) {
      const { signal } = this.opening;
      if (signal.aborted && signal.reason instanceof GatewayError) throw signal.reason;
      throw networkFailure(error, provider, false);
    }
  }

  /** The upstream has checked the client's key, which went to it as it came: its answer is the client's. */
  private answer(headers: InboundHeaders, options: SessionOptions): void {
    this.upgrade.take();
    const lines = Object.entries({ ...toClientHeaders(headers), ...options.headers }).flatMap(([name, value]) =>
      [value].flat().map((each) => `${name}: ${each}`),
    );
    const head = ['HTTP/1.1 101 Switching Protocols', 'connection: Upgrade', 'upgrade: websocket', ...lines];
    this.upgrade.socket.write(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
  }

  private async carry(upstream: Duplex, options: SessionOptions): Promise<void> {
    const { socket, head } = this.upgrade;
    if (head.length > 0) upstream.write(head);
    const messages = new TextMessages((text) => this.read(text, options));
    const tap = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        messages.push(chunk);
        done(null, chunk);
      },
    });
    // Either side's end is the end of the other: a WebSocket has no half that stays open.
    const up = new Promise<void>((resolve) => pipeline(socket, upstream, () => resolve()));
    const down = new Promise<void>((resolve) => pipeline(upstream, tap, socket, () => resolve()));
    await Promise.race([up, down]);
    upstream.destroy();
    socket.end();
  }

  private read(text: string, options: SessionOptions): void {
    if (!tellsUsage.test(text)) return;
    const used = usageIn(text);
    if (!used) return;
    this.usage = addedUsage(this.usage, used);
    options.checkpoint();
  }
}

function usageIn(text: string): Usage | undefined {
  try {
    return plainUsage(JSON.parse(text));
  } catch {
    return undefined; // whatever it is, it tells of no usage
  }
}
