/** Plays an upstream to whoever dispatches through it, event by event, and keeps undici's promises: nothing comes while paused or after the end. */
import type { Dispatcher } from 'undici';
import type { InboundHeaders } from '../spec/outbound.js';

type Play = (handler: Dispatcher.DispatchHandler, controller: Dispatcher.DispatchController) => void;

export interface SentRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One request that was dispatched, and the means to answer it. */
export class FakeExchange {
  /** Why the caller closed the connection. */
  aborted: Error | undefined;
  paused = false;
  /** The response has come to its end, or the connection has broken. */
  over = false;
  private readonly waiting: Play[] = [];
  private readonly controller: Dispatcher.DispatchController;

  constructor(
    readonly request: SentRequest,
    private readonly handler: Dispatcher.DispatchHandler,
  ) {
    const controller = {
      pause: () => {
        this.paused = true;
      },
      resume: () => {
        this.paused = false;
        this.flush();
      },
      abort: (reason: Error) => {
        if (this.over) return;
        this.aborted ??= reason;
        this.paused = false;
        this.waiting.length = 0;
        this.error(reason);
      },
    };
    this.controller = controller as unknown as Dispatcher.DispatchController;
  }

  start(): this {
    this.handler.onRequestStart?.(this.controller, {});
    return this;
  }

  head(status: number, headers: InboundHeaders = {}): this {
    return this.play((handler, controller) => handler.onResponseStart?.(controller, status, headers, ''));
  }

  eventStream(): this {
    return this.head(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  }

  data(bytes: Buffer | string): this {
    return this.play((handler, controller) => handler.onResponseData?.(controller, Buffer.from(bytes)));
  }

  end(): this {
    return this.play((handler, controller) => {
      this.over = true;
      handler.onResponseEnd?.(controller, {});
    });
  }

  error(error: Error): this {
    return this.play((handler, controller) => {
      this.over = true;
      handler.onResponseError?.(controller, error);
    });
  }

  private play(event: Play): this {
    this.waiting.push(event);
    this.flush();
    return this;
  }

  private flush(): void {
    while (!this.paused && !this.over) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      next(this.handler, this.controller);
    }
  }
}

export class FakeUpstream {
  readonly exchanges: FakeExchange[] = [];
  readonly dispatcher: Dispatcher;

  /** @param onRequest answers each request at once; without it, a test plays the answer itself */
  constructor(private readonly onRequest: (exchange: FakeExchange, attempt: number) => void = () => undefined) {
    const dispatch = (options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean => {
      const { origin, path, method, headers, body } = options;
      const exchange = new FakeExchange(
        {
          origin: String(origin),
          path,
          method,
          headers: headers as Record<string, string>,
          body: Buffer.from((body ?? '') as string).toString(),
        },
        handler,
      );
      this.exchanges.push(exchange);
      exchange.start();
      this.onRequest(exchange, this.exchanges.length);
      return true;
    };
    this.dispatcher = { dispatch } as unknown as Dispatcher;
  }

  /** The newest request. */
  get last(): FakeExchange {
    const last = this.exchanges.at(-1);
    if (last === undefined) throw new Error('Nothing has been sent yet.');
    return last;
  }
}
