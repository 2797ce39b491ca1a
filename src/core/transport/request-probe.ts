/** Shows the request that a call would send, in place of the network: nothing leaves the process. */
import { Dispatcher } from 'undici';
import type { OutboundRequest } from '../spec/outbound.js';

/** There is nothing that could be paused or broken off. */
const nothing: Dispatcher.DispatchController = {
  aborted: true,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};

export class RequestProbe extends Dispatcher {
  /** The first request of the call; undefined until there is one. What would have to be fetched before it is none. */
  seen: OutboundRequest | undefined;

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { origin, path, method, headers, body } = options;
    if (method !== 'GET') {
      this.seen ??= {
        method: method as OutboundRequest['method'],
        origin: String(origin),
        path,
        headers: headers as OutboundRequest['headers'],
        ...((typeof body === 'string' || body instanceof Uint8Array) && { body }),
      };
    }
    handler.onResponseError?.(nothing, new Error('The request is shown, and not sent.'));
    return true;
  }
}
