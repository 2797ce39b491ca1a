/** Tags in the management API, and those that the configuration declares. */
import { Module } from '@nestjs/common';
import { DeclaredTags } from './declared-tags.service.js';
import { TagReads } from './tag-reads.service.js';
import { TagRepository } from './tag.repository.js';
import { TagsController } from './tags.controller.js';
import { TagsService } from './tags.service.js';

@Module({ controllers: [TagsController], providers: [TagsService, TagReads, TagRepository, DeclaredTags] })
export class TagsModule {}
