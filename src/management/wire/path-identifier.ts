/** Identifiers within paths, held to what the same ones in bodies are: `@Param('team_id', PathIdentifier)`. */
import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { checkedBy } from '../../http/json-body.js';
import { identifier } from './fields.js';

@Injectable()
export class PathIdentifier implements PipeTransform<string, string> {
  /** @throws GatewayError `invalid_request` that names the parameter */
  transform(value: string, { data = 'id' }: ArgumentMetadata): string {
    const checked = checkedBy(z.object({ [data]: identifier }), { [data]: value });
    return checked[data] ?? value;
  }
}
