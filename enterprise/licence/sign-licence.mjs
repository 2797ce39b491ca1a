#!/usr/bin/env node
// Makes key pairs for licences, and signs licences: for whoever holds the private key.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const usage = `usage: sign-licence.mjs new-key PRIVATE_KEY_FILE
       sign-licence.mjs sign --key PRIVATE_KEY_FILE --customer NAME --expires 2027-12-31 [--feature audit_export]...

new-key writes a new private key (PEM) and prints the public one for enterprise/licence/public-keys.ts.
sign prints the licence for TOLLGATE_LICENSE.`;

function fail(message) {
  console.error(message);
  process.exit(2);
}

const publicText = (key) => createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');

function newKey(file) {
  if (file === undefined) fail(usage);
  const { privateKey } = generateKeyPairSync('ed25519');
  // Never over a key that is there.
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  console.log(publicText(privateKey));
}

function signLicence({ key, customer, expires, feature = ['audit_export'] }) {
  if (!key || !customer || !expires) fail(usage);
  const until = new Date(/^\d{4}-\d{2}-\d{2}$/.test(expires) ? `${expires}T23:59:59.999Z` : expires);
  if (Number.isNaN(until.getTime())) fail(`--expires is no date: ${expires}`);
  const claims = { customer, features: feature, expires: until.toISOString() };
  const text = `tollgate1.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  const signature = sign(null, Buffer.from(text), createPrivateKey(readFileSync(key)));
  console.log(`${text}.${signature.toString('base64url')}`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    key: { type: 'string' },
    customer: { type: 'string' },
    expires: { type: 'string' },
    feature: { type: 'string', multiple: true },
  },
});
if (positionals[0] === 'new-key') newKey(positionals[1]);
else if (positionals[0] === 'sign') signLicence(values);
else fail(usage);
