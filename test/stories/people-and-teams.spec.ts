// Who is in which team and who has which role in a project: made, listed, changed and deleted; what is refused; what goes along with
// a project.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

type Json = Record<string, unknown>;
const post = (resource: string, body: object) => server.http.post(`/api/v1/${resource}/`).send(body);
const made = async (resource: string, body: object): Promise<Json & { id: number; resource_uri: string }> =>
  (await post(resource, body).expect(201)).body as Json & { id: number; resource_uri: string };
let count = 0;
const aPerson = async (fields: object = {}): Promise<string> => {
  const name = `p${++count}`;
  return (await made('person', { name, email: `${name}@example.com`, ...fields })).resource_uri;
};
const aTeam = (): Promise<string> => aPerson({ is_team: true });
const aProject = async (): Promise<string> => (await made('project', { name: `project-${++count}` })).resource_uri;
const objects = async (query: string): Promise<Json[]> =>
  (await server.http.get(`/api/v1/${query}`).expect(200)).body.objects as Json[];
const eventsOf = (subject: string): Promise<object[]> =>
  server.sql('SELECT type, project_id AS project, line FROM event WHERE subject = $1 ORDER BY id', [subject]);

it('makes, lists, changes and deletes a membership, each with an event of its project', async () => {
  const [person, project] = [await aPerson({ name: 'Ada Q', email: 'Ada@example.com' }), await aProject()];
  const { id, resource_uri: uri, ...shown } = await made('membership', { project, person, role: 'qa' });
  expect(shown).toEqual({ project, person, role: 'qa' });
  const name = `project__name=${String((await server.http.get(project)).body.name)}`;
  for (const filter of [name, `${name}&role=qa`, 'person__email__iexact=ada@EXAMPLE.com', `person=${person}`])
    expect([filter, await objects(`membership/?${filter}`)]).toEqual([filter, [{ id, resource_uri: uri, ...shown }]]);
  const changed = await server.http.patch(uri).send({ role: 'release_manager' }).expect(202);
  expect(changed.body).toMatchObject({ role: 'release_manager' });
  await server.http.put(uri).send({ project, person, role: 'reader' }).expect(200);
  await server.http.delete(uri).expect(204);
  const of = Number(/(\d+)\/$/.exec(project)?.[1]);
  expect(await eventsOf(`membership/${id}`)).toEqual(
    ['created', 'changed', 'changed', 'deleted'].map((what) => ({
      type: `membership.${what}`,
      project: of,
      line: expect.any(String) as string,
    })),
  );
  expect(await eventsOf(`membership/${id}`)).toEqual(
    expect.arrayContaining([expect.objectContaining({ line: expect.stringContaining('qa Ada Q') as string })]),
  );
});

it('makes, lists, changes and deletes a team member, each with an event', async () => {
  const [team, other, person] = [await aTeam(), await aTeam(), await aPerson()];
  const { id, resource_uri: uri } = await made('personmember', { team, person });
  expect(await objects(`personmember/?team=${team}`)).toEqual([{ id, resource_uri: uri, team, person }]);
  expect((await server.http.patch(uri).send({ team: other }).expect(202)).body).toMatchObject({ team: other, person });
  await server.http.delete(uri).expect(204);
  expect(await eventsOf(`personmember/${id}`)).toMatchObject(
    ['created', 'changed', 'deleted'].map((what) => ({ type: `personmember.${what}`, project: null })),
  );
});

it.each(['reader', 'developer', 'qa', 'release_manager', 'admin'])(
  'takes the role %s, for persons and teams',
  async (role) => {
    const project = await aProject();
    for (const person of [await aPerson(), await aTeam()])
      expect(await made('membership', { project, person, role })).toMatchObject({ role });
  },
);

it.each([
  ['', 400],
  ['QA', 400],
  ['owner', 400],
  ['release manager', 400],
  [null, 400],
  [1, 400],
  [['qa'], 400],
  [undefined, 400],
])('refuses the role %j', async (role, status) => {
  const [project, person] = [await aProject(), await aPerson()];
  const reply = await post('membership', { project, person, role });
  expect([reply.status, reply.body]).toMatchObject([status, { membership: { role: [expect.any(String)] } }]);
  const { resource_uri: uri } = await made('membership', { project, person, role: 'qa' });
  if (role !== undefined) await server.http.patch(uri).send({ role }).expect(400);
  expect(await objects(`membership/?project=${project}`)).toMatchObject([{ role: 'qa' }]);
});

it.each(['project', 'person'])('refuses a membership whose %s is missing or leads nowhere', async (field) => {
  const body = { project: await aProject(), person: await aPerson(), role: 'qa' };
  for (const wrong of [undefined, null, 0, 999_999, '/api/v1/spu/1/', 'x', true, []])
    expect([wrong, (await post('membership', { ...body, [field]: wrong })).status]).toEqual([wrong, 400]);
  expect(await objects(`membership/?person=${body.person}`)).toEqual([]);
});

it('gives a person one role in a project, however many ask at once', async () => {
  const body = { project: await aProject(), person: await aPerson() };
  const replies = await Promise.all(
    ['qa', 'admin', 'reader', 'qa', 'developer'].map((role) => post('membership', { ...body, role })),
  );
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  const refused = replies.find(({ status }) => status === 409)?.body as Json;
  expect([refused.code, refused.error]).toEqual(['membership.taken', expect.stringContaining('one role')]);
  await made('membership', { ...body, project: await aProject(), role: 'qa' });
});

/** Who is named as team and as person, and the field that is at fault. */
const WRONG: readonly (readonly [
  what: string,
  team: () => Promise<string>,
  person: () => Promise<string>,
  field: string,
])[] = [
  ['a person as the team', () => aPerson(), () => aPerson(), 'team'],
  ['a team as the member', () => aTeam(), () => aTeam(), 'person'],
];

it.each(WRONG)('refuses %s, by POST, PUT, PATCH and PATCH of the list', async (_what, team, person, field) => {
  const right = { team: await aTeam(), person: await aPerson() };
  const wrong = { team: await team(), person: await person() };
  const { resource_uri: uri } = await made('personmember', right);
  for (const request of [
    post('personmember', wrong),
    server.http.put(uri).send(wrong),
    server.http.put('/api/v1/personmember/900/').send(wrong),
    server.http.patch(uri).send({ [field]: wrong[field as 'team'] }),
    server.http.patch('/api/v1/personmember/').send({ objects: [{ resource_uri: uri, ...wrong }] }),
    server.http.patch('/api/v1/personmember/').send({ objects: [wrong] }),
  ])
    expect((await request.expect(400)).body).toMatchObject({ personmember: { [field]: [expect.any(String)] } });
  expect((await server.http.get(uri)).body).toMatchObject(right);
});

it('refuses a team in itself, and a member twice', async () => {
  const [team, person] = [await aTeam(), await aPerson()];
  const itself = { personmember: { person: [expect.stringContaining('itself')] } };
  expect((await post('personmember', { team, person: team }).expect(400)).body).toMatchObject(itself);
  await made('personmember', { team, person });
  const again = await post('personmember', { team, person }).expect(409);
  expect(again.body).toMatchObject({ code: 'personmember.taken' });
});

it('keeps what is a team and what is a person while somebody is in a team', async () => {
  const [team, person] = [await aTeam(), await aPerson()];
  const { resource_uri: uri } = await made('personmember', { team, person });
  for (const [one, is_team] of [
    [team, false],
    [person, true],
  ] as const)
    expect((await server.http.patch(one).send({ is_team }).expect(409)).body).toMatchObject({
      code: 'person.in_teams',
    });
  await server.http.patch(team).send({ name: 'Renamed', is_team: true }).expect(202);
  await server.http.delete(uri).expect(204);
  await server.http.patch(team).send({ is_team: false }).expect(202);
  await server.http.patch(person).send({ is_team: true }).expect(202);
});

it('lets no team lose its kind while somebody joins it', async () => {
  for (let round = 0; round < 10; round++) {
    const [team, person] = [await aTeam(), await aPerson()];
    const [joins, changes, turns] = await Promise.all([
      post('personmember', { team, person }),
      server.http.patch(team).send({ is_team: false }),
      server.http.patch(person).send({ is_team: true }),
    ]);
    const statuses = [joins.status, changes.status, turns.status];
    expect([
      [201, 409, 409],
      [400, 202, 202],
    ]).toContainEqual(statuses);
  }
  const wrong = await server.sql(`SELECT m.id FROM personmember m JOIN person t ON t.id = m.team_id
    JOIN person p ON p.id = m.person_id WHERE NOT t.is_team OR p.is_team`);
  expect(wrong).toEqual([]);
});

it('keeps persons who have a role or are in a team; memberships go along with their project', async () => {
  const [team, person, project] = [await aTeam(), await aPerson(), await aProject()];
  const { resource_uri: member } = await made('personmember', { team, person });
  const { id, resource_uri: role } = await made('membership', { project, person: team, role: 'qa' });
  for (const [one, referrer] of [
    [team, member],
    [person, member],
  ] as const) {
    const { body } = await server.http.delete(one).expect(409);
    expect(body).toMatchObject({ code: 'person.still_referenced', error: expect.stringContaining(referrer) as string });
  }
  await server.http.delete(project).expect(204);
  await server.http.get(role).expect(404);
  expect(await eventsOf(`membership/${id}`)).toMatchObject([
    { type: 'membership.created' },
    { type: 'membership.deleted' },
  ]);
  await server.http.delete(member).expect(204);
  for (const one of [team, person]) await server.http.delete(one).expect(204);
});
