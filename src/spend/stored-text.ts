/** Makes text such as the database can hold it. */

const mostNameChars = 1024;

/** PostgreSQL takes neither NUL nor half a surrogate pair, in text or in JSON, and clients may send both. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
}

const plainName = /^[\x20-\x7e]*$/;

/** A name as a column holds it. */
export function storedName(name: string): string {
  const short = name.length > mostNameChars ? name.slice(0, mostNameChars) : name;
  return plainName.test(short) ? short : storableText(short);
}
