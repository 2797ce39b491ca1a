/** Reads what a multipart form says of itself and of its parts, and refuses what two readers might understand differently. */
// https://www.rfc-editor.org/rfc/rfc7578#section-4.2 and https://html.spec.whatwg.org/#multipart-form-data
import { GatewayError } from '../core/errors/gateway-error.js';

export interface PartHead {
  readonly name: string;
  /** Undefined for a text. */
  readonly file: { readonly name: string; readonly contentType: string } | undefined;
}

/** A parameter of a header: a name, then a token or a text in quotes. */
const parameter = /[ \t]*;[ \t]*([\w!#$&+.^`|~-]+\*?)=(?:"((?:[^"\\]|\\.)*)"|([^\s";]+))/y;
/** https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1 */
const validBoundary = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/;
const plainEncodings: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary']);
const controls = /[\p{Cc}]/u;

export function malformedForm(reason: string, cause?: unknown): GatewayError {
  return new GatewayError('malformed_request', {
    facts: { reason: `its multipart form cannot be read: ${reason}` },
    cause,
  });
}

/** @throws GatewayError `malformed_request`, as all functions here */
export function readBoundary(contentType: string): string {
  const semicolon = contentType.indexOf(';');
  const boundary = readParameters(semicolon < 0 ? '' : contentType.slice(semicolon)).get('boundary');
  if (boundary === undefined) throw malformedForm('its content type names no boundary. Let your client set it');
  if (!validBoundary.test(boundary)) throw malformedForm('its boundary is none that RFC 2046 allows');
  return boundary;
}

/** @param header by lower-case names, each byte a character */
export function readPartHead(header: Readonly<Record<string, readonly string[]>>): PartHead {
  const disposition = single(header, 'content-disposition');
  const type = single(header, 'content-type');
  const encoding = single(header, 'content-transfer-encoding')?.trim().toLowerCase();
  if (disposition === undefined) throw malformedForm('a part has no content disposition');
  if (encoding !== undefined && !plainEncodings.has(encoding)) throw malformedForm('a part is encoded. Send its bytes');
  const [, kind = ''] = /^[ \t]*([\w-]+)/.exec(disposition) ?? [];
  if (kind.toLowerCase() !== 'form-data') throw malformedForm('a part is no form data');
  const given = readParameters(disposition.slice(disposition.indexOf(kind) + kind.length));
  const name = given.get('name');
  if (!name || controls.test(name)) throw malformedForm('a part has no name that can be read');
  const extended = given.get('filename*');
  const fileName = extended === undefined ? given.get('filename') : decodeExtended(extended);
  if (fileName === undefined) return { name, file: undefined };
  if (controls.test(fileName) || /[/\\]/.test(fileName))
    throw malformedForm('a file name holds a slash, a backslash or a control character. Send the name alone');
  return { name, file: { name: fileName, contentType: type?.trim() || 'application/octet-stream' } };
}

function single(header: Readonly<Record<string, readonly string[]>>, name: string): string | undefined {
  const [value, ...others] = header[name] ?? [];
  if (others.length > 0) throw malformedForm('a part says the same header twice');
  return value === undefined ? undefined : Buffer.from(value, 'latin1').toString();
}

function readParameters(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let end = 0;
  parameter.lastIndex = 0;
  for (let match = parameter.exec(text); match; match = parameter.exec(text)) {
    end = parameter.lastIndex;
    const [, name = '', quoted, token = ''] = match;
    if (found.has(name.toLowerCase())) throw malformedForm('a parameter of a header stands twice');
    found.set(name.toLowerCase(), quoted === undefined ? token : unescaped(quoted));
  }
  if (!/^[ \t]*;?[ \t]*$/.test(text.slice(end))) throw malformedForm('a header cannot be read');
  return found;
}

/** Browsers percent-encode what would end a name; others write a backslash before it. */
function unescaped(text: string): string {
  return text
    .replace(/\\(["\\])/g, '$1')
    .replaceAll('%22', '"')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n');
}

/** `UTF-8''na%C3%AFve.wav`: https://www.rfc-editor.org/rfc/rfc8187 */
function decodeExtended(value: string): string {
  const [, encoded] = /^utf-8'[\w-]*'(.*)$/i.exec(value) ?? [];
  try {
    if (encoded !== undefined) return decodeURIComponent(encoded);
  } catch (cause) {
    throw malformedForm('a file name is not encoded as UTF-8', cause);
  }
  throw malformedForm('a file name is not encoded as UTF-8');
}
