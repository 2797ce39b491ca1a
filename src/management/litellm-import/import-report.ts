/** What an import has brought, or would bring, and what it cannot; as text for the command line. */

export interface EntityReport {
  readonly name: string;
  created: number;
  alreadyThere: number;
  /** By reason: which. */
  readonly refused: Map<string, string[]>;
  /** By what is lost: whose. */
  readonly losses: Map<string, string[]>;
}

const mostShown = 10;

export class ImportReport {
  readonly entities: EntityReport[] = [];

  begin(name: string): EntityReport {
    const entity: EntityReport = { name, created: 0, alreadyThere: 0, refused: new Map(), losses: new Map() };
    this.entities.push(entity);
    return entity;
  }

  get created(): number {
    return this.entities.reduce((sum, { created }) => sum + created, 0);
  }

  toText(dryRun: boolean): string {
    const lines = this.entities.flatMap((entity) => linesOf(entity, dryRun));
    return [...lines, '', this.#conclusion(dryRun)].join('\n');
  }

  #conclusion(dryRun: boolean): string {
    if (this.created === 0) return 'Nothing to bring: everything that can be brought is there. Nothing was changed.';
    return dryRun
      ? `A dry run: ${this.created} objects would be brought. Nothing was changed.`
      : `${this.created} objects were brought.`;
  }
}

export function note(map: Map<string, string[]>, reason: string, id: string): void {
  const ids = map.get(reason);
  if (ids) ids.push(id);
  else map.set(reason, [id]);
}

function linesOf({ name, created, alreadyThere, refused, losses }: EntityReport, dryRun: boolean): string[] {
  const left = [...refused.values()].reduce((sum, ids) => sum + ids.length, 0);
  const counts = `${created} ${dryRun ? 'to bring' : 'brought'}, ${alreadyThere} already there, ${left} not brought`;
  return [
    `${name}: ${counts}`,
    ...[...refused].map(([reason, ids]) => `  not brought: ${reason}: ${shown(ids)}`),
    ...[...losses].map(([what, ids]) => `  without \`${what}\`: ${shown(ids)}`),
  ];
}

function shown(ids: readonly string[]): string {
  const rest = ids.length - mostShown;
  return ids.slice(0, mostShown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
