/** Anthropic's adapter over its recorded and documented exchanges. */
import { join } from 'node:path';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { anthropic } from './index.js';

describeProviderContract(anthropic, join(__dirname, '__fixtures__'));
