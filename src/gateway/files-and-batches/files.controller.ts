/** OpenAI's files, kept by the provider that owns the model or is named. */
import { pipeline } from 'node:stream/promises';
import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audience } from '../../auth/audience.decorator.js';
import { principalOf } from '../../auth/principal-of.js';
import { SettingsService } from '../../config/settings.service.js';
import { takesForms } from '../../http/body-parsing.js';
import { readUpload } from '../../http/upload-form.js';
import { BatchLedger } from '../../objects/batches/batch-ledger.service.js';
import { fileObject, type FileObject } from '../../objects/files/file-object.js';
import { FilesService } from '../../objects/files/files.service.js';
import { readPurpose, toNewUpload } from './new-upload.js';
import { objectHeaders, withHeaders } from './object-headers.js';
import { accessOf, checkCursor, listObject, objectPaths, ownerOf, pageIn, providerIn } from './object-request.js';

type QueryMembers = Readonly<Record<string, unknown>>;

/** As OpenAI has them. */
const pageSizes = { most: 10_000, usual: 10_000 };

@Controller()
export class FilesController {
  constructor(
    private readonly files: FilesService,
    private readonly ledger: BatchLedger,
    private readonly settings: SettingsService,
  ) {}

  @Post(objectPaths('files'))
  @HttpCode(200)
  @RouteConfig(takesForms)
  @Audience('llm_api')
  async upload(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: QueryMembers,
    @Param('provider') provider?: string,
  ): Promise<FileObject> {
    const { maxFileBytes, maxRequestBytes } = this.settings.general;
    const form = await readUpload(request.raw, 'file', maxFileBytes);
    try {
      const principal = principalOf(request);
      const upload = toNewUpload(form, provider, query, request.headers);
      const kept = await this.files.upload(upload, ownerOf(principal), accessOf(principal), maxRequestBytes);
      return fileObject(withHeaders(reply, kept));
    } finally {
      await form.close();
    }
  }

  @Get(objectPaths('files'))
  @Audience('llm_api')
  async list(
    @Req() request: FastifyRequest,
    @Query() query: QueryMembers,
    @Param('provider') provider?: string,
  ): Promise<QueryMembers> {
    const owner = ownerOf(principalOf(request));
    const page = pageIn(query, pageSizes, providerIn(provider, {}, query, request.headers));
    await checkCursor(page.after, (id) => this.files.get(id, owner));
    const { purpose } = query;
    const asked = purpose === undefined || purpose === '' ? undefined : readPurpose(purpose);
    const { rows, hasMore } = await this.files.list(owner, { ...page, purpose: asked });
    return listObject(rows.map(fileObject), hasMore);
  }

  @Get(objectPaths('files/:id'))
  @Audience('llm_api')
  async retrieve(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<FileObject> {
    return fileObject(withHeaders(reply, await this.files.retrieve(id, ownerOf(principalOf(request)))));
  }

  @Delete(objectPaths('files/:id'))
  @Audience('llm_api')
  async remove(@Req() request: FastifyRequest, @Param('id') id: string): Promise<QueryMembers> {
    const file = await this.files.get(id, ownerOf(principalOf(request)));
    await this.ledger.chargeBeforeDeletion(file);
    await this.files.remove(file);
    return { id: file.id, object: 'file', deleted: true };
  }

  /** The bytes go through as they come; a client that reads slowly slows the provider down. */
  @Get(objectPaths('files/:id/content'))
  @Audience('llm_api')
  async content(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    const file = await this.files.get(id, ownerOf(principalOf(request)));
    const { head, body } = await this.files.download(file);
    const { 'content-length': length } = head.headers;
    reply.hijack();
    reply.raw.writeHead(200, {
      ...objectHeaders(file),
      // Whatever the file is, no browser is to take it for a page of the gateway's.
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      ...(typeof length === 'string' && { 'content-length': length }),
    });
    // A file that breaks off closes the connection: so its client sees that something is missing.
    await pipeline(body, reply.raw).catch(() => reply.raw.destroy());
  }
}
