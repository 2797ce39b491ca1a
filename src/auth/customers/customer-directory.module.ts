/** What the data plane knows of customers. */
import { Module } from '@nestjs/common';
import { CustomerDirectory } from './customer-directory.service.js';
import { CustomerRepository } from './customer.repository.js';

@Module({ providers: [CustomerDirectory, CustomerRepository], exports: [CustomerDirectory] })
export class CustomerDirectoryModule {}
