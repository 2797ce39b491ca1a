import { join } from 'node:path';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { replicate } from './index.js';

describeProviderContract(replicate, join(__dirname, '__fixtures__'));
