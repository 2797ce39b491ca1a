/** Settings that were changed through the management API, laid over those of the file. */
import { Injectable } from '@nestjs/common';
import { locateValue, toPlain, type Located, type LocatedMap } from './located.js';
import { isPriceKey } from './schema/model-entry.schema.js';
import type { sectionSchemas } from './schema/settings.schema.js';

export type SettingsSection = keyof typeof sectionSchemas;

export interface OverlaySetting {
  readonly section: SettingsSection;
  readonly name: string;
  readonly value: unknown;
}

/** The "file" of what stands in the database, in problems. */
export const overlayFile = 'database';

export const overlaidSections = ['general_settings', 'litellm_settings', 'router_settings'] as const;

/** What each section has been given, by the file or over it; holds secrets, and references that are not resolved. */
export type WrittenSections = Readonly<Record<SettingsSection, Readonly<Record<string, unknown>>>>;

/** The overlay that is to be in force: whoever reads the file reads it with this. */
@Injectable()
export class SettingsOverlay {
  private settings: readonly OverlaySetting[] = [];

  current(): readonly OverlaySetting[] {
    return this.settings;
  }

  replace(settings: readonly OverlaySetting[]): void {
    this.settings = settings;
  }
}

export function withOverlay(root: LocatedMap, overlay: readonly OverlaySetting[]): LocatedMap {
  const entries = new Map(root.entries);
  for (const { section, name, value } of overlay) {
    const path = `${section}.${name}`;
    const origin = { file: overlayFile, line: 0, path };
    const below = mapOf(entries.get(section)) ?? {
      kind: 'map',
      origin: { ...origin, path: section },
      entries: new Map(),
    };
    const node = locateValue(value, origin);
    entries.set(section, { ...below, entries: new Map([...below.entries, [name, node]]) });
  }
  return { ...root, entries };
}

export function writtenSections(root: LocatedMap): WrittenSections {
  const written = overlaidSections.map((name) => {
    const section = mapOf(root.entries.get(name));
    return [name, section ? toPlain(section, isPriceKey) : {}] as const;
  });
  return Object.fromEntries(written) as WrittenSections;
}

function mapOf(node: Located | undefined): LocatedMap | undefined {
  return node?.kind === 'map' ? node : undefined;
}
