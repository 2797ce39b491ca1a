/** The table of files: which id of ours is which file of whom at which provider. */
import { Injectable } from '@nestjs/common';
import type { Prisma, StoredFile } from '../../database/database-client.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import { DatabaseService } from '../../database/database.service.js';
import { visibleTo, type ObjectOwner } from '../object-owner.js';
import { storable, storableText } from '../storable.js';
import { pageOf, toPage, type ObjectPage, type PageQuery } from '../object-page.js';

export type NewFile = Prisma.StoredFileCreateInput;

function toStorable(file: NewFile): NewFile {
  const { object, models, modelGroup } = file;
  return { ...file, object: storable(object), models: storable(models), modelGroup: storableText(modelGroup) };
}

@Injectable()
export class FileRepository {
  constructor(private readonly database: DatabaseService) {}

  async find(id: string, owner: ObjectOwner): Promise<StoredFile | null> {
    return this.database.run((client) => client.storedFile.findFirst({ where: { id, ...visibleTo(owner) } }));
  }

  /** Whoever it belongs to: for what a batch refers to. */
  async findById(id: string): Promise<StoredFile | null> {
    return this.database.run((client) => client.storedFile.findUnique({ where: { id } }));
  }

  async findAtProvider(deploymentId: string, providerFileId: string): Promise<StoredFile | null> {
    const where = { deploymentId_providerFileId: { deploymentId, providerFileId } };
    return this.database.run((client) => client.storedFile.findUnique({ where }));
  }

  async list(
    owner: ObjectOwner,
    query: PageQuery & { readonly purpose: string | undefined },
    now: Date,
  ): Promise<ObjectPage<StoredFile>> {
    const where = {
      ...visibleTo(owner),
      ...(query.purpose !== undefined && { purpose: query.purpose }),
      ...(query.provider !== undefined && { provider: query.provider }),
      OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
    };
    const rows = await this.database.run((client) => client.storedFile.findMany({ where, ...pageOf(query) }));
    return toPage(rows, query.limit);
  }

  async add(file: NewFile): Promise<StoredFile> {
    return this.database.run((client) => client.storedFile.create({ data: toStorable(file) }));
  }

  /** The row of a file that the provider has made; the first to see it gives it its id. */
  async adopt(file: NewFile): Promise<StoredFile> {
    const { deploymentId, providerFileId } = file;
    const where = { deploymentId_providerFileId: { deploymentId, providerFileId } };
    return this.database.run(async (client) => {
      try {
        return await client.storedFile.create({ data: toStorable(file) });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        return client.storedFile.findUniqueOrThrow({ where });
      }
    });
  }

  async update(id: string, change: Pick<NewFile, 'object' | 'expiresAt'>): Promise<void> {
    const storableChange = { ...change, object: storable(change.object) };
    await this.database.run((client) => client.storedFile.updateMany({ where: { id }, data: storableChange }));
  }

  async remove(id: string): Promise<void> {
    await this.database.run((client) => client.storedFile.deleteMany({ where: { id } }));
  }
}
