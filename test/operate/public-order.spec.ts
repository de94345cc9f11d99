// `stampline verify` holds public numbers against versions; a restore brings back what was numbered otherwise as it was.
import type { Sql } from '../../src/platform/database/statement.js';
import { findings, INVARIANTS, RESTORED } from '../../src/operate/invariants.js';
import { untilNumbered } from '../builders/numbered.js';
import { aTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => (server = await startTestServer()));
afterAll(() => server.stop());

it('two versions whose numbers are the other way round are told, and nothing else is wrong', async () => {
  const { id } = await aTicket(server);
  for (const description of ['one', 'two'])
    await server.http.patch(`/api/v1/ticket/${id}/`).send({ description }).expect(202);
  await untilNumbered(server);
  const sql: Sql = { run: ({ text, values }) => server.sql(text, values as unknown[]) };
  const files = { dataFolder: server.dataFolder, read: false };
  expect(await findings(sql, files)).toEqual([]);
  const [two] = await server.sql<{ seq: string }>(
    `SELECT seq FROM event WHERE subject = 'ticket/${id}' AND version = 2`,
  );
  const swap = `UPDATE event SET seq = CASE version WHEN 2 THEN seq + 1 ELSE seq - 1 END + $1 WHERE subject = 'ticket/${id}' AND version IN (2, 3)`;
  await server.sql(swap, [1000]);
  await server.sql(`UPDATE event SET seq = seq - 1000 WHERE seq > 1000`);
  const second = Number(two?.seq);
  expect(await findings(sql, files)).toEqual([
    `Public numbers of a ticket's events follow its versions: ticket/${id}: version 3 is number ${second}, and version 2 is ${second + 1}`,
  ]);
  expect(RESTORED.length).toBe(INVARIANTS.length - 3);
  expect(await findings(sql, files, RESTORED)).toEqual([]);
});
