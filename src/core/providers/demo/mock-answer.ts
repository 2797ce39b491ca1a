/** What stands behind a deployment with `mock_response`: its text, for a fixed and made-up usage. */
import type { LocalChat } from '../../spec/provider.js';
import { localAnswer } from './local-answer.js';

/** The numbers that LiteLLM reports for a mock, so that tests written against it hold. */
const mockUsage = { promptTokens: 10, completionTokens: 20 };

export function mockAnswer(text: string): LocalChat {
  return { answer: (call) => localAnswer(call, text, mockUsage) };
}
