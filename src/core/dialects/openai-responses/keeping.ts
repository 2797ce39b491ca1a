/** How whoever keeps responses comes to know of them: it gets the end of each answer, and lets go of it once it is kept. */
import type { ResponseObject, ResponsesRequest } from '../../schema/openai/responses.js';
import type { AnswerContext } from '../client-dialect.js';

export interface ResponsesKeeping {
  readonly previousResponseId: string | null;
  /** What the answer says of itself while it is on its way. */
  readonly store: boolean;
  /** Takes the end of the answer, which is left out of what the format writes. */
  readonly hold: (end: ResponseEnd) => void;
}

export interface ResponseEnd {
  readonly response: ResponseObject;
  /** The whole answer, or a stream's last event. */
  write(response: ResponseObject): string;
}

export interface ResponsesContext extends AnswerContext<ResponsesRequest> {
  /** Without it the answer is kept nowhere, and says so. */
  readonly keeping?: ResponsesKeeping;
}
