import type { ImportSecrets } from './import-secrets.js';
import { NotImportable } from './not-importable.js';
import { openedValues } from './opened-values.js';

const secrets: ImportSecrets = {
  open: (text) => (text.startsWith('v2:gcm:ok-') ? text.slice('v2:gcm:ok-'.length) : null),
  sealModelParams: () => '',
  sealCredential: () => '',
};
const box = Buffer.alloc(60, 7).toString('base64');

it('what opens is opened, what is in clear beside it stays', () => {
  expect(openedValues({ model: 'v2:gcm:ok-openai/x', api_base: box, rpm: 5, flag: true }, secrets)).toEqual({
    model: 'openai/x',
    api_base: box,
    rpm: 5,
    flag: true,
  });
  expect(openedValues({ model: 'openai/x', api_key: 'short' }, undefined)).toEqual({
    model: 'openai/x',
    api_key: 'short',
  });
});

it.each([
  [{ model: 'v2:gcm:another' }, secrets, /could not be opened/],
  [{ model: box }, secrets, /could not be opened/],
  [{ model: box }, undefined, /are encrypted/],
  [{ model: 'v2:gcm:ok-openai/x', api_key: 'os.environ/KEY' }, secrets, /`api_key` is taken from the environment/],
])('%j stays behind', (values, given, message) => {
  expect(() => openedValues(values, given)).toThrow(NotImportable);
  expect(() => openedValues(values, given)).toThrow(message);
});
