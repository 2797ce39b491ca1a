/** The requests that are running now, for the end of the process to see them through. */
import { RunningSlots } from '../http/running-slots.js';
import type { LlmExchange } from './llm-exchange.js';

export class RunningExchanges extends RunningSlots<LlmExchange> {}
