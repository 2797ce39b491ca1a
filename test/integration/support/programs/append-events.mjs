// Starts the database service as the product does, appends events in transactions of their own, eight at a time, and prints the sequences it was given.
import 'reflect-metadata';
import { Logger } from '@nestjs/common';

const [dist, url, topic, count] = process.argv.slice(2);
const { DatabaseService } = await import(`${dist}/database/database.service.js`);
const { ChangeFeedRepository } = await import(`${dist}/database/change-feed.repository.js`);

// Standard output is for the answer alone.
Logger.overrideLogger(false);
const database = new DatabaseService({ url });
await database.onModuleInit();
const feed = new ChangeFeedRepository(database);
const sequences = [];
let next = 0;
const worker = async () => {
  while (next < Number(count)) {
    const key = String(next);
    next += 1;
    sequences.push(String(await database.transaction((tx) => feed.append(tx, topic, key))));
  }
};
await Promise.all(Array.from({ length: 8 }, worker));
await database.onApplicationShutdown();
console.log(JSON.stringify(sequences));
