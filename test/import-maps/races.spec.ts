// Promotions at once, on two servers with one database: nobody's work is lost by somebody else's.
import { aStampedTicket, aStagedProject, moduleUrl, productionOf } from '../builders/stamped-ticket.js';
import { all, type Race, startRace } from '../builders/racing.js';

let race: Race;
beforeAll(async () => {
  race = await startRace();
});
afterAll(() => race.stop());

const promote = (url: string, body: object = {}) => race.send('POST', `${url}promote/`, body);
const releaseOf = ({ text }: { text: string }): number => (JSON.parse(text) as { release: number }).release;
const releasesOf = (project: string) =>
  race.server.sql<{ number: number; parent: number }>(
    'SELECT r.number, r.parent FROM release r JOIN project p ON p.id = r.project_id WHERE p.name = $1 AND r.number > 0 ORDER BY r.number',
    [project],
  );

it('lands 20 promotions of disjoint tickets, all of them in the map', async () => {
  const project = await aStagedProject(race.server, 'disjoint');
  const tickets = await all(20, async (index) =>
    aStampedTicket(race.server).with({ project: project.uri }).withModule(`module-${index}`).at('qa'),
  );
  const answers = await Promise.all(tickets.map(({ url }) => promote(url)));
  expect(answers.map(({ status }) => status)).toEqual(tickets.map(() => 200));
  expect(answers.map(releaseOf).sort((one, other) => one - other)).toEqual(tickets.map((_, index) => index + 1));
  expect(Object.keys(await productionOf(race.server, 'disjoint')).sort()).toEqual(
    tickets.map((_, index) => `module-${index}`).sort(),
  );
  expect(await releasesOf('disjoint')).toEqual(tickets.map((_, index) => ({ number: index + 1, parent: index })));
});

it('lets exactly one of overlapping promotions win, and names it to the others', async () => {
  const project = await aStagedProject(race.server, 'overlapping');
  const tickets = await all(20, async (index) =>
    aStampedTicket(race.server).with({ project: project.uri }).withModule('cart', moduleUrl('cart', index)).at('qa'),
  );
  const answers = await Promise.all(tickets.map(({ url }) => promote(url)));
  const winner = answers.findIndex(({ status }) => status === 200);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...tickets.slice(1).map(() => 409)]);
  for (const [index, { text }] of answers.entries()) {
    if (index === winner) continue;
    expect(JSON.parse(text)).toMatchObject({
      code: 'conflicts.stale',
      release: 1,
      error: expect.stringContaining(tickets[winner]?.key ?? '?'),
    });
  }
  expect(await productionOf(race.server, 'overlapping')).toEqual({ cart: moduleUrl('cart', winner) });
});

it('gives each position of the pointer to one of those who ask for it', async () => {
  const project = await aStagedProject(race.server, 'positions');
  const tickets = await all(8, async (index) =>
    aStampedTicket(race.server).with({ project: project.uri }).withModule(`module-${index}`).at('qa'),
  );
  let waiting = tickets.map(({ url }) => url);
  for (let release = 0; waiting.length > 0; release++) {
    const answers = await Promise.all(waiting.map((url) => promote(url, { release })));
    expect(answers.filter(({ status }) => status === 200).map(releaseOf)).toEqual([release + 1]);
    for (const { status, text } of answers)
      if (status !== 200)
        expect([status, JSON.parse(text)]).toMatchObject([409, { code: 'release.changed', release: release + 1 }]);
    waiting = waiting.filter((_, index) => answers[index]?.status !== 200);
  }
  expect(Object.keys(await productionOf(race.server, 'positions'))).toHaveLength(8);
});

it('promotes a ticket once, however often it is asked at once', async () => {
  const project = await aStagedProject(race.server, 'once');
  const ticket = await aStampedTicket(race.server).with({ project: project.uri }).withModule('cart');
  const answers = await all(10, () => promote(ticket.url));
  // dev → qa → prod, and nowhere from there.
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, ...Array<number>(8).fill(409)]);
  expect(await releasesOf('once')).toHaveLength(1);
});

it('folds promotions, reverts and direct writes that come at once', async () => {
  const project = await aStagedProject(race.server, 'mixed');
  const make = (index: number) =>
    aStampedTicket(race.server).with({ project: project.uri }).withModule(`module-${index}`);
  const live = await all(6, async (index) => make(index).at('prod'));
  const ready = await all(6, async (index) => make(index + 6).at('qa'));
  const write = (index: number) =>
    race.send(
      'PATCH',
      '/api/v1/stage/prod/?project=mixed',
      { imports: { [`direct-${index}`]: moduleUrl('direct', index) } },
      { 'if-match': '*' },
    );
  const answers = await Promise.all([
    ...live.map(({ url }) => race.send('POST', `${url}revert/`)),
    ...ready.map(({ url }) => promote(url)),
    ...[0, 1, 2].map(write),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(Object.keys(await productionOf(race.server, 'mixed')).sort()).toEqual(
    [...ready.map((_, index) => `module-${index + 6}`), 'direct-0', 'direct-1', 'direct-2'].sort(),
  );
  expect(await releasesOf('mixed')).toHaveLength(21);
});
