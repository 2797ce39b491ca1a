import { join } from 'node:path';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { textCompletionOpenAi } from './index.js';

describeProviderContract(textCompletionOpenAi, join(__dirname, '__fixtures__'));
