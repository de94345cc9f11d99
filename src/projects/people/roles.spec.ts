import fc from 'fast-check';
import { isScope } from '../../access/scopes.js';
import { ROLES, scopesOf } from './roles.js';

const WRITES = ['ticket:write', 'status:write', 'artifact:write', 'event:write'];
const STAGES = ['dev', 'qa', 'prod'];

test.each([
  ['reader', ['read']],
  ['developer', ['read', ...WRITES, 'map:dev', 'map:qa']],
  ['qa', ['read', ...WRITES, 'map:dev', 'map:qa', 'map:prod']],
  ['release_manager', ['read', ...WRITES, 'map:dev', 'map:qa', 'map:prod', 'override', 'stage:lock']],
  ['admin', ['read', ...WRITES, 'map:dev', 'map:qa', 'map:prod', 'stage:lock', 'admin']],
] as const)('%s stands for %j', (role, scopes) => {
  expect([...scopesOf(role, STAGES)].sort()).toEqual([...scopes].sort());
});

const stages = fc.uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,31}$/), { minLength: 1, maxLength: 12 });

test('with any stages: only scopes that tokens can have; production from qa on; override for release managers alone', () => {
  fc.assert(
    fc.property(stages, (names) => {
      const holding = (scope: string): string[] => ROLES.filter((role) => scopesOf(role, names).has(scope));
      for (const role of ROLES)
        for (const scope of scopesOf(role, names)) expect([scope, isScope(scope)]).toEqual([scope, true]);
      expect(holding('read')).toEqual(ROLES);
      expect(holding(`map:${names.at(-1)}`)).toEqual(['qa', 'release_manager', 'admin']);
      for (const early of names.slice(0, -1))
        expect(holding(`map:${early}`)).toEqual(['developer', 'qa', 'release_manager', 'admin']);
      expect(holding('override')).toEqual(['release_manager']);
      expect(holding('admin')).toEqual(['admin']);
    }),
  );
});
