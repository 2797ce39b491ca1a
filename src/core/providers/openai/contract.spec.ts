import { join } from 'node:path';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { openai } from './index.js';

describeProviderContract(openai, join(__dirname, '__fixtures__'));
