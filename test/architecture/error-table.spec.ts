/** docs/errors.md and the error catalog say the same, read independently of the script that writes the page. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { errorCatalog, type ErrorRow } from '../../src/core/errors/catalog.js';

const page = readFileSync(path.resolve(__dirname, '../../docs/errors.md'), 'utf8');

const documented = new Map(
  page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [code = '', status = '', type = '', retryable = '', cools = '', text = ''] = line
        .slice(2, -2)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|'));
      const bare = (cell: string) => cell.replace(/^`|`$/g, '');
      return [
        bare(code),
        { status: Number(status), type: bare(type), retryable: retryable === 'yes', cools: cools === 'yes', text },
      ] as const;
    }),
);
const catalog = Object.entries<ErrorRow>(errorCatalog);

describe('the error table', () => {
  it.each(catalog)('docs/errors.md tells of %s what the catalog says (else: make generate)', (code, row) => {
    expect(documented.get(code)).toEqual(row);
  });

  it('docs/errors.md has no error that the catalog does not have (else: make generate)', () => {
    expect([...documented.keys()].filter((code) => !(code in errorCatalog))).toEqual([]);
    expect(documented.size).toBe(catalog.length);
  });

  it('has only statuses of errors, and none that is retried is the fault of the request', () => {
    for (const [code, { status, retryable }] of catalog) {
      expect([code, status >= 400 && status < 600]).toEqual([code, true]);
      expect([code, retryable && [400, 404, 405, 409, 413, 415, 422].includes(status)]).toEqual([code, false]);
    }
  });
});
