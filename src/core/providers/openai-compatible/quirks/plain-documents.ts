/** For rerankers whose documents are texts only. */
import type { JsonObject } from '../quirk.js';
import { objectOf } from '../read-answer.js';

/** Of a document with members its `text` goes out, or all of it as JSON. */
export function plainDocuments(body: JsonObject): JsonObject {
  const documents = body['documents'] as readonly unknown[];
  if (documents.every((document) => typeof document === 'string')) return body;
  return { ...body, documents: documents.map(toText) };
}

function toText(document: unknown): string {
  if (typeof document === 'string') return document;
  const { text } = objectOf(document);
  return typeof text === 'string' ? text : JSON.stringify(document);
}
