/** A provider whose models do what their names say, for tests of what the router makes of it. */
import { anthropic, completeStream, eventsText, openAi, type DialectAnswers } from '../support/dialects.js';
import { chunkOf, lastChunk, RawUpstream, streamHead, wholeAnswer, type Scenario } from '../support/upstream.js';

type Behaviour = (dialect: DialectAnswers, text: string) => Scenario;

const refuse =
  (status: string, message: string, headers = ''): Behaviour =>
  (dialect) =>
  (socket) =>
    void socket.write(wholeAnswer(dialect.error(message), headers, status));

function begun(dialect: DialectAnswers, words: readonly string[]): Buffer {
  const events = eventsText([...dialect.opening, ...words.map((word) => dialect.content(word))]);
  return Buffer.concat([Buffer.from(streamHead), chunkOf(events)]);
}

const behaviours: Readonly<Record<string, Behaviour>> = {
  answers:
    (dialect, text) =>
    (socket, { json }) => {
      const limits = 'x-ratelimit-remaining-requests: 41\r\nx-request-id: up-1\r\nset-cookie: secret=1\r\n';
      const head = streamHead.replace('\r\n\r\n', `\r\n${limits}\r\n`);
      const stream = [Buffer.from(head), chunkOf(completeStream(dialect, [text])), Buffer.from(lastChunk)];
      socket.write(json.stream ? Buffer.concat(stream) : wholeAnswer(dialect.whole(text), limits));
    },
  fails: refuse('500 Internal Server Error', 'Try later.'),
  limits: refuse('429 Too Many Requests', 'Slow down.', 'retry-after: 30\r\n'),
  narrow: refuse('400 Bad Request', "This model's maximum context length is 10 tokens. Please reduce the length."),
  refuses: refuse('400 Bad Request', 'Wrong.'),
  denies: refuse('401 Unauthorized', 'Bad key.'),
  filters: (dialect) => (socket) =>
    void socket.write(wholeAnswer(dialect.whole('cut').replace('"stop"', '"content_filter"'))),
  silent: () => () => undefined,
  /** Says that it is at work, and then nothing. */
  dawdles: (dialect) => (socket) => void socket.write(begun(dialect, [])),
  /** Ends before anything of the answer has come. */
  'breaks-early': (dialect) => (socket) => {
    socket.write(begun(dialect, []));
    setTimeout(() => socket.resetAndDestroy(), 20);
  },
  'breaks-amid': (dialect) => (socket) => {
    socket.write(begun(dialect, ['One, ', 'two,']));
    setTimeout(() => socket.resetAndDestroy(), 20);
  },
};

/** The model `fails~1` fails, and what follows the tilde tells deployments apart; an answer is what follows it. */
export function startRoutingUpstream(): Promise<RawUpstream> {
  return RawUpstream.start(({ json, path }) => {
    const [name = '', text = ''] = (json.model ?? '').split('~');
    const behaviour = behaviours[name];
    if (!behaviour) throw new Error(`No behaviour for ${json.model}`);
    return behaviour(path.endsWith('/messages') ? anthropic : openAi, text);
  });
}
