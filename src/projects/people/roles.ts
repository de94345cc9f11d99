// The roles that people and teams have in projects, and the scopes that each stands for (people.md, section 1). Pure.

/** From the one that may least; `admin` is beside the others, not above them: it lacks `override`. */
export const ROLES = ['reader', 'developer', 'qa', 'release_manager', 'admin'] as const;

export type Role = (typeof ROLES)[number];

const WRITES = ['ticket:write', 'status:write', 'artifact:write', 'event:write'];

/**
 * The scopes of a role in a project with these stages, named from the first to the last, which is production. A project of one
 * stage has production only, so that its developers bring nothing to a stage.
 */
export function scopesOf(role: Role, stages: readonly string[]): ReadonlySet<string> {
  const early = stages.slice(0, -1).map(scopeOfStage);
  const all = stages.map(scopeOfStage);
  switch (role) {
    case 'reader':
      return new Set(['read']);
    case 'developer':
      return new Set(['read', ...WRITES, ...early]);
    case 'qa':
      return new Set(['read', ...WRITES, ...all]);
    case 'release_manager':
      return new Set(['read', ...WRITES, ...all, 'override', 'stage:lock']);
    case 'admin':
      return new Set(['read', ...WRITES, ...all, 'stage:lock', 'admin']);
  }
}

const scopeOfStage = (stage: string): string => `map:${stage}`;
