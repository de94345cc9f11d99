// What the policy of conflicts says: of keys that others released, that are as they were once, that others change too.
import { isPast } from '../../../src/import-maps/domain/conflict.js';
import { type ConflictsFacts, conflictsVerdict } from '../../../src/import-maps/domain/conflicts-policy.js';

const [SINCE, BASE] = ['2026-01-01T12:00:00.000Z', 'http://127.0.0.1:8000'];

describe('conflicts', () => {
  const facts: ConflictsFacts = { ticketKey: 'TKT-1', ticketId: 7, stale: [], overlaps: [], overlapMode: 'warn' };
  const say = (given: Partial<ConflictsFacts>) => conflictsVerdict({ ...facts, ...given }, SINCE, BASE);
  const at = (name: string, otherTicket: string | null = 'TKT-9') => ({ key: ` ${name}`, otherTicket });

  test('pass', () => {
    expect(say({})).toEqual({
      policy: 'conflicts',
      verdict: 'pass',
      code: 'conflicts.none',
      summary: 'No other ticket released or changes a module that TKT-1 changes.',
      actor: 'you',
      since: SINCE,
      next_actions: [],
    });
  });

  test('a stale key blocks, and both ways out are offered', () => {
    expect(say({ stale: [at('cart')], overlaps: [at('nav')] })).toEqual({
      policy: 'conflicts',
      since: SINCE,
      verdict: 'blocked',
      code: 'conflicts.stale',
      summary: 'cart was released by TKT-9 since TKT-1 changed it.',
      actor: 'you',
      next_actions: [
        {
          label: 'Keep what TKT-1 has',
          verb: 'rebase',
          body: { cart: 'mine' },
          command: `curl --fail-with-body --request POST --header 'content-type: application/json' --data '{"cart":"mine"}' '${BASE}/api/v1/ticket/7/rebase/'`,
          method: 'POST',
          href: '/api/v1/ticket/7/rebase/',
          permission: 'ticket:write',
        },
        expect.objectContaining({
          label: 'Keep what is in production',
          verb: 'rebase',
          body: { cart: 'theirs' },
          command: expect.stringContaining('{"cart":"theirs"}'),
        }),
      ],
    });
  });

  test('a frozen ticket goes back first', () => {
    const [first, ...rest] = say({ stale: [at('cart')], frozen: { stage: 'qa', before: 'dev' } }).next_actions;
    expect(first).toEqual({
      label: 'Revert TKT-1 to dev, where it can be changed',
      verb: 'revert',
      command: `curl --fail-with-body --request POST '${BASE}/api/v1/ticket/7/revert/'`,
      method: 'POST',
      href: '/api/v1/ticket/7/revert/',
      permission: 'map:dev',
    });
    expect(rest).toHaveLength(2);
  });

  test.each([
    [[at('a'), at('b', null)], 'a and b were released by TKT-9 and a direct write since TKT-1 changed them.'],
    [[at('a'), at('b'), at('c')], 'a, b and c were released by TKT-9 since TKT-1 changed them.'],
    [
      [at('a'), at('b'), at('c', 'TKT-8'), at('d', 'TKT-7'), at('e', 'TKT-6')],
      'a, b and 3 more were released by TKT-9, TKT-8 and TKT-7 since TKT-1 changed them.',
    ],
    [
      [{ key: 'https://a/ x', otherTicket: 'TKT-2' }],
      'x (in https://a/) was released by TKT-2 since TKT-1 changed it.',
    ],
  ])('%j: %s', (stale, summary) => {
    expect(say({ stale }).summary).toBe(summary);
  });

  const past = (name: string, release: number | null, otherTicket: string | null = 'TKT-9') => ({
    ...at(name, otherTicket),
    past: { release },
  });

  test.each([
    [[past('a', 2)], 'a is as production had it before release 2 (TKT-9): rebase mine releases it again.'],
    [
      [past('a', 2), past('b', 2)],
      'a and b are as production had them before release 2 (TKT-9): rebase mine releases them again.',
    ],
    [[past('a', 2), past('b', 3)], 'a and b are as production had them once: rebase mine releases them again.'],
    [
      [past('a', 3, null)],
      'a is as production had it before release 3 (a direct write): rebase mine releases it again.',
    ],
    [[past('a', null, null)], 'a is as production had it once: rebase mine releases it again.'],
    [
      [past('a', 2), at('b')],
      'b was released by TKT-9 since TKT-1 changed it; a is as production had it before release 2 (TKT-9): rebase mine releases it again.',
    ],
  ])('%j, as production had it: %s', (stale, summary) => {
    const said = say({ stale });
    expect([said.code, said.verdict, said.summary]).toEqual(['conflicts.stale', 'blocked', summary]);
    expect(said.next_actions).toHaveLength(2);
  });

  test('one command names twenty keys at most, each as the client writes it', () => {
    const stale = Array.from({ length: 25 }, (_, index) => at(`m${index}`));
    const body = /--data '(.*)' 'http/.exec(say({ stale }).next_actions[0]?.command ?? '')?.[1] ?? '';
    expect(Object.keys(JSON.parse(body) as object)).toHaveLength(20);
    const scoped = say({ stale: [{ key: 'https://a/ x', otherTicket: null }] }).next_actions[0];
    expect(scoped?.command).toContain('{"https://a/ x":"mine"}');
  });

  test('an overlap is told, or waited for', () => {
    const overlaps = [at('cart', 'TKT-4'), at('cart', 'TKT-5')];
    expect(say({ overlaps })).toEqual({
      policy: 'conflicts',
      since: SINCE,
      verdict: 'pass',
      code: 'conflicts.overlap',
      summary: 'cart is changed by TKT-4 and TKT-5 too.',
      actor: 'you',
      next_actions: [],
    });
    expect(say({ overlaps, overlapMode: 'block' })).toMatchObject({ verdict: 'waiting_for_ticket', actor: 'TKT-4' });
    expect(say({ overlaps: [at('a', null), at('b')], overlapMode: 'block' })).toMatchObject({
      actor: 'you',
      summary: 'a and b are changed by a direct write and TKT-9 too.',
    });
  });
});

test('a stale key is as production had it once where the ticket has what it is based on', () => {
  const [x, y] = [{ url: '/modules/1/x.js', integrity: 'sha384-x' }, { url: '/modules/1/x.js' }];
  const stale = { key: ' cart', production: null };
  expect(isPast({ ...stale, base: x, mine: { ...x } })).toBe(true);
  expect(isPast({ ...stale, base: x, mine: y })).toBe(false);
  expect(isPast({ ...stale, base: null, mine: x })).toBe(false);
  // A deletion releases nothing again.
  expect(isPast({ ...stale, base: x, mine: null })).toBe(false);
  expect(isPast({ ...stale, base: null, mine: null })).toBe(false);
});
