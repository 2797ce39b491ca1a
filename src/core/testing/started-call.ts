/** Runs one provider call against a played upstream, with a stream of lines for its dialect and a sink that keeps what it is given. */
import { GatewayError } from '../errors/gateway-error.js';
import type { AnswerHead, AnswerSink, Deployment, StreamTranslation, Translation, WholeAnswer } from '../spec/index.js';
import { ProviderCall, type CallOptions } from '../transport/execute-call.js';
import { errorReader, madeUpDeployment, madeUpProvider } from './deployments.js';
import { FakeClock } from './fake-clock.js';
import { FakeUpstream } from './fake-upstream.js';

export const usage = { promptTokens: 1, completionTokens: 2 };

/** One line is one part; `.` is the provider's end marker, `!` a fault. */
class LineStream implements StreamTranslation<string> {
  beforeFault: string | undefined;
  finished = false;
  contentEvents = 0;
  usage: typeof usage | undefined;

  push(bytes: Buffer): string | undefined {
    const good: string[] = [];
    this.beforeFault = undefined;
    for (const line of bytes.toString().split('\n').filter(Boolean)) {
      if (line === '!') {
        this.beforeFault = good.length > 0 ? good.join('') : undefined;
        throw new GatewayError('upstream_stream_error');
      }
      if (line === '.') {
        this.finished = true;
        this.usage = usage;
        break;
      }
      this.contentEvents += 1;
      good.push(line);
    }
    return good.length > 0 ? good.join('') : undefined;
  }

  end(): string | undefined {
    this.beforeFault = undefined;
    if (!this.finished) throw new GatewayError('upstream_stream_truncated');
    return undefined;
  }

  tail(): string {
    return '<end>';
  }
}

export const translation: Translation<string, string> = {
  request: { method: 'POST', origin: 'https://api.acme.test', path: '/v1/chat', headers: { accept: 'x' }, body: '{}' },
  readWhole({ body }) {
    const text = body.toString();
    if (text.startsWith('later')) {
      // `later 500 /answer` is to be asked for at `/answer` in half a second.
      const [, afterMs, address = '/'] = text.split(' ');
      const { origin, pathname } = new URL(address, translation.request.origin);
      return {
        next: { ...translation.request, method: 'GET', origin, path: pathname, body: undefined },
        afterMs: Number(afterMs),
      };
    }
    if (text.startsWith('error')) throw new GatewayError('upstream_internal', { message: text });
    if (text.startsWith('bug')) throw new TypeError('secret internals');
    return { answer: text, usage };
  },
  openStream: () => new LineStream(),
  streamMediaTypes: ['text/event-stream'],
  parseError: (response) => errorReader().parseError(response),
};

/** What the client was given, in order. */
class RecordingSink implements AnswerSink<string, string> {
  readonly given: string[] = [];
  full = false;
  resumes: (() => void)[] = [];
  onPart: () => void = () => undefined;

  whole({ answer }: WholeAnswer<string>, head: AnswerHead): void {
    this.given.push(`whole ${head.status} ${answer}`);
  }
  begin(head: AnswerHead, contentType?: string): void {
    this.given.push(`begin ${head.status}${contentType === undefined ? '' : ` ${contentType}`}`);
  }
  part(part: string): boolean {
    this.given.push(part);
    this.onPart();
    return !this.full;
  }
  onDrain(resume: () => void): void {
    this.resumes.push(resume);
  }
  drain(): void {
    this.full = false;
    for (const resume of this.resumes.splice(0)) resume();
  }
}

export interface Started {
  readonly call: ProviderCall<string, string>;
  readonly upstream: FakeUpstream;
  readonly sink: RecordingSink;
  /** `done`, or the code of the error; undefined while it runs. */
  readonly outcome: () => string | undefined;
  readonly error: () => GatewayError;
}

export function prepare(
  streaming: boolean,
  options: Partial<CallOptions> = {},
  deployment: Partial<Deployment> = {},
  given: Translation<string, string> = translation,
) {
  const upstream = new FakeUpstream();
  const sink = new RecordingSink();
  const made = madeUpDeployment({ provider: madeUpProvider({ chat: errorReader() }), ...deployment });
  const call = new ProviderCall(made, streaming, given, sink, {
    dispatcher: upstream.dispatcher,
    dispatcherTo: () => upstream.dispatcher,
    credentials: { current: (deployment) => deployment.credentials, forget: () => undefined },
    clock: new FakeClock(),
    totalTimeoutMs: 60_000,
    idleTimeoutMs: 5_000,
    maxResponseBytes: 1_000,
    ...options,
  });
  return { call, upstream, sink };
}

export function start(
  streaming: boolean,
  options?: Partial<CallOptions>,
  deployment?: Partial<Deployment>,
  given?: Translation<string, string>,
): Started {
  const { call, upstream, sink } = prepare(streaming, options, deployment, given);
  let outcome: string | undefined;
  let failure: GatewayError | undefined;
  call.run().then(
    () => (outcome = 'done'),
    (error: unknown) => {
      failure = error as GatewayError;
      outcome = failure.code;
    },
  );
  const error = (): GatewayError => {
    if (failure === undefined) throw new Error(`The call has not failed: ${outcome}`);
    return failure;
  };
  return { call, upstream, sink, outcome: () => outcome, error };
}

/** Lets promises settle; fake timers stand still. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

export const json = { 'content-type': 'application/json' };
