#!/usr/bin/env node
// Puts the wire cases that are to be run into a folder: those of endpoints that are served, without those that are listed as wrong.
// choose-wire-cases.mjs CASES WRONG_CASES_FILE TARGET
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [from, wrongFile, to] = process.argv.slice(2);
const endpoints = new Set([
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/messages',
  '/v1/rerank',
  '/v1/responses',
]);

const wrong = new Map();
for (const { case: id, reason, link } of JSON.parse(readFileSync(wrongFile, 'utf8'))) {
  if (!id || !reason || !URL.canParse(link)) throw new Error(`${wrongFile}: ${id} needs a reason and a link.`);
  wrong.set(id, link);
}

const skipped = new Map();
let chosen = 0;
for (const file of readdirSync(from).filter((name) => name.endsWith('.json'))) {
  const { id, endpoint } = JSON.parse(readFileSync(path.join(from, file), 'utf8'));
  if (wrong.delete(id)) {
    console.log(`left out, as it is wrong: ${id} (${path.relative(process.cwd(), wrongFile)})`);
  } else if (endpoints.has(endpoint)) {
    copyFileSync(path.join(from, file), path.join(to, file));
    chosen += 1;
  } else {
    skipped.set(endpoint, (skipped.get(endpoint) ?? 0) + 1);
  }
}
// A list that outlives its cases hides the next one of that name.
if (wrong.size > 0) throw new Error(`${wrongFile} names cases that are not there: ${[...wrong.keys()].join(', ')}`);
for (const [endpoint, count] of skipped) console.log(`left out, as ${endpoint} is not served: ${count}`);
console.log(`${chosen} cases of ${from}`);
