import { join } from 'node:path';
import { describeProviderContract } from '../../testing/provider-contract.js';
import { snowflake } from './index.js';

describeProviderContract(snowflake, join(__dirname, '__fixtures__'));
