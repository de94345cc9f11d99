// Fills a database in bulk: tickets spread over steps, owners and projects, each with its history row; some with subtickets.
import pg from 'pg';

/** @param {object} connection @param {number} tickets @param {number} perOwner */
export async function fillScale(connection, tickets, perOwner) {
  const client = new pg.Client(connection);
  await client.connect();
  const run = (text) => client.query(text);
  // Bulk loading may lose its last moments in a crash; the bench would begin again.
  await run('SET synchronous_commit = off');
  await run("INSERT INTO project (name) VALUES ('two'), ('three'), ('four')");
  await run("INSERT INTO sourcepackage (name) VALUES ('openssl'), ('curl'), ('zlib')");
  await run("INSERT INTO spu (sourcepackage_id, version) SELECT id, '1.0' FROM sourcepackage");
  await run(`INSERT INTO ticket (project_id, key, normal_key, owner, title, description, bug_id, current_workflow_step, status)
    SELECT 1 + n % 4, 'TKT-' || n, 'TKT-' || n, 'owner' || (1 + n % ${Math.floor(tickets / perOwner)}) || '@example.com',
      'Update package number ' || n || ' to its next release', repeat('What it changes and why. ', 4), (100000 + n)::text,
      (ARRAY[100, 200, 300, 400, 500, 999, 1000])[1 + n % 7], 0
    FROM generate_series(1, ${tickets}) n`);
  await run(`INSERT INTO event (type, subject, actor, project_id, ticket_id, version, line, data)
    SELECT 'ticket.created', 'ticket/' || t.id, 'local', t.project_id, t.id, 1, 'Ticket ' || t.key || ' created', '{}' FROM ticket t`);
  await run(`INSERT INTO subticket (ticket_id, source_package_upload_id, assignee)
    SELECT t.id, 1 + t.id % 3, t.owner FROM ticket t WHERE t.id % 5 = 0`);
  await run('VACUUM ANALYZE');
  await run('CHECKPOINT');
  await client.end();
}
