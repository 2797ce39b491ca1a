#!/usr/bin/env node
// Writes prisma/postgres/schema.prisma from prisma/sqlite/schema.prisma; with --check it only fails when they differ.
import { readFileSync, writeFileSync } from 'node:fs';

const source = new URL('../prisma/sqlite/schema.prisma', import.meta.url);
const target = new URL('../prisma/postgres/schema.prisma', import.meta.url);

/** Native types that PostgreSQL gets instead of Prisma's defaults: DateTime would lose its time zone. */
const nativeTypes = { DateTime: '@db.Timestamptz(3)', Json: '@db.JsonB', BigInt: '@db.BigInt', Int: '@db.Integer' };

function derive(schema) {
  const lines = schema.split('\n');
  const firstBlock = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('//'));
  const body = lines.slice(firstBlock).map((line) => {
    if (/^\s*provider\s*=\s*"sqlite"/.test(line)) return line.replace('"sqlite"', '"postgresql"');
    if (/^\s*output\s*=/.test(line)) return line.replace('/generated/sqlite', '/generated/postgres');
    const type = /^ {2}\w+\s+(\w+)\??(\s|$)/.exec(line)?.[1];
    return type !== undefined && type in nativeTypes ? `${line.trimEnd()} ${nativeTypes[type]}` : line;
  });
  return [
    '// Made by scripts/derive-postgres-schema.mjs from prisma/sqlite/schema.prisma: edit that one.',
    '',
    ...body,
  ].join('\n');
}

const derived = derive(readFileSync(source, 'utf8'));
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== derived) {
    console.error(
      'prisma/postgres/schema.prisma differs from what prisma/sqlite/schema.prisma gives. Run scripts/derive-postgres-schema.mjs.',
    );
    process.exit(1);
  }
} else {
  writeFileSync(target, derived);
}
