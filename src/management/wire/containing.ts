/** Search by a part of a text, whatever its case, on both databases. */
import type { DatabaseService } from '../../database/database.service.js';

/** SQLite's LIKE is blind to case by itself; PostgreSQL has to be told, by a member that SQLite's types do not have. */
export function containing(part: string, dialect: DatabaseService['dialect']): { contains: string } {
  const contains = { contains: part };
  return dialect === 'postgres' ? Object.assign(contains, { mode: 'insensitive' }) : contains;
}
