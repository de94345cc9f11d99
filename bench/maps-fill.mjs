// Fills a database with import maps in bulk: production with so many keys in one layer, so many open tickets with a module
// each at the first stage, and so many at the second, ready for production.

/** @param {(text: string) => Promise<{rows: any[]}>} run @returns {Promise<number[]>} the tickets that are ready */
export async function fillMaps(run, { tickets, keys, ready }) {
  const url = (name) => `'https://cdn.example/' || ${name} || '/index.js'`;
  await run(`INSERT INTO release (project_id, number, kind, line, actor, snapshot) VALUES (1, 0, 'base', 'The empty map', 'bench', '[]')
    ON CONFLICT DO NOTHING`);
  await run(`INSERT INTO layer (project_id, sequence, added_in, operations, keys, imports)
    SELECT 1, 1, 1, jsonb_agg(jsonb_build_object('scope', NULL, 'specifier', k, 'base', NULL, 'set', jsonb_build_object('url', ${url('k')})) ORDER BY k),
      array_agg(' ' || k ORDER BY k), '{}' FROM (SELECT 'module-' || n AS k FROM generate_series(1, ${keys}) n) names`);
  await run(
    "INSERT INTO release (project_id, number, parent, kind, layer_id, line, actor) VALUES (1, 1, 0, 'write', 1, 'Filled', 'bench')",
  );
  await run(
    'INSERT INTO map_pointer (project_id, release) VALUES (1, 1) ON CONFLICT (project_id) DO UPDATE SET release = 1',
  );
  const { rows } =
    await run(`INSERT INTO ticket (project_id, key, normal_key, owner, title, current_workflow_step, status, stage)
    SELECT 1, 'TKT-' || n, 'TKT-' || n, 'owner@example.com', 'Module ' || n,
      CASE WHEN n > ${tickets} THEN 400 ELSE 200 END, 0, CASE WHEN n > ${tickets} THEN 'qa' ELSE 'dev' END
    FROM generate_series(1, ${tickets + ready}) n RETURNING id, stage`);
  await run(`INSERT INTO map_revision (ticket_id, number, operations, actor)
    SELECT id, 1, jsonb_build_array(jsonb_build_object('scope', NULL, 'specifier', 'ticket-module-' || id, 'base', NULL,
      'set', jsonb_build_object('url', ${url("'ticket-module-' || id")}))), 'bench' FROM ticket`);
  await run("INSERT INTO ticket_key (ticket_id, project_id, key) SELECT id, 1, ' ticket-module-' || id FROM ticket");
  await run('VACUUM ANALYZE');
  await run('CHECKPOINT');
  return rows.filter(({ stage }) => stage === 'qa').map(({ id }) => id);
}
