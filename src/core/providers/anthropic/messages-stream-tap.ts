/** Passes a stream of Anthropic's events through in whole, checked events, and reads usage and completeness on the way. */
import { GatewayError } from '../../errors/gateway-error.js';
import type { NativeStreamTap } from '../../spec/chat-adapter.js';
import type { Usage } from '../../spec/usage.js';
import { WholeEventDecoder } from '../../transport/whole-event-decoder.js';
import { inNameOf } from './claude-host.js';
import { MessagesProgress } from './messages-progress.js';

export class MessagesStreamTap implements NativeStreamTap {
  private readonly decoder = new WholeEventDecoder();
  private readonly progress: MessagesProgress;

  /** @param provider the id of whoever serves Claude, for errors */
  constructor(private readonly provider: string) {
    this.progress = new MessagesProgress(provider);
  }

  get finished(): boolean {
    return this.progress.finished;
  }

  get contentEvents(): number {
    return this.progress.contentEvents;
  }

  get usage(): Usage | undefined {
    return this.progress.usage;
  }

  get beforeFault(): Buffer | undefined {
    return this.decoder.beforeFault;
  }

  push(bytes: Buffer): Buffer | undefined {
    if (this.finished) return undefined;
    return inNameOf(this.provider, () => this.decoder.push(bytes, (data) => this.isLast(data)));
  }

  end(): undefined {
    if (!this.finished) throw new GatewayError('upstream_stream_truncated', { provider: this.provider });
  }

  private isLast(data: string): boolean {
    this.progress.read(data);
    return this.progress.finished;
  }
}
