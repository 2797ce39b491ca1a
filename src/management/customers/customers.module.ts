/** Customers in the management API. */
import { Module } from '@nestjs/common';
import { CustomerReads } from './customer-reads.service.js';
import { CustomersController } from './customers.controller.js';
import { CustomersRepository } from './customers.repository.js';
import { CustomerRules } from './customer-rules.service.js';
import { CustomersService } from './customers.service.js';

@Module({
  controllers: [CustomersController],
  providers: [CustomersService, CustomerRules, CustomerReads, CustomersRepository],
})
export class CustomersModule {}
