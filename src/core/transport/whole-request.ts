/** Sends one small request and reads its whole answer: what token services and fetched media need, not a model's answer. */
import type { Dispatcher } from 'undici';
import { GatewayError } from '../errors/gateway-error.js';
import type { InboundHeaders, InboundResponse, OutboundRequest } from '../spec/outbound.js';
import { toSent } from './sent-body.js';

export interface WholeRequestOptions {
  readonly timeoutMs: number;
  /** A longer answer is an error. */
  readonly maxBytes: number;
}

/**
 * Resolves with the answer, whatever its status; redirects are answers too.
 *
 * Rejects with the dispatcher's own error, with a `GatewayError` `upstream_timeout`, or `upstream_invalid_response` for an answer
 * that is too long.
 */
export function sendWhole(
  dispatcher: Dispatcher,
  request: OutboundRequest,
  options: WholeRequestOptions,
): Promise<InboundResponse> {
  return new Promise((resolve, reject) => {
    const handler = new WholeHandler(options, resolve, reject);
    dispatcher.dispatch(
      {
        origin: request.origin,
        path: request.path,
        method: request.method,
        ...toSent(request),
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      handler,
    );
  });
}

class WholeHandler implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private status = 0;
  private headers: InboundHeaders = {};
  private controller: Dispatcher.DispatchController | undefined;

  constructor(
    private readonly options: WholeRequestOptions,
    private readonly resolve: (response: InboundResponse) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    const { timeoutMs } = options;
    this.timer = setTimeout(() => this.fail(new GatewayError('upstream_timeout', { facts: { timeoutMs } })), timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: InboundHeaders): void {
    if (status < 200) return;
    this.controller = controller;
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes <= this.options.maxBytes) this.chunks.push(chunk);
    else {
      const reason = `it is larger than ${this.options.maxBytes} bytes`;
      this.fail(new GatewayError('upstream_invalid_response', { facts: { reason } }));
    }
  }

  onResponseEnd(): void {
    clearTimeout(this.timer);
    this.resolve({ status: this.status, headers: this.headers, body: Buffer.concat(this.chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.timer);
    this.reject(error);
  }

  private fail(error: GatewayError): void {
    clearTimeout(this.timer);
    this.reject(error);
    this.controller?.abort(error);
  }
}
