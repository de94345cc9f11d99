// Rows as each migration's tables had them, for the upgrade's test: what later migrations must keep. A new migration that
// makes tables adds rows of its own.
export const SCHEMA_SAMPLES: Readonly<Record<string, readonly string[]>> = {
  FirstTables1763700000000: [
    `INSERT INTO project (name, settings) VALUES ('staged', '{"stages": ["qa", "beta", "live"]}')`,
    `INSERT INTO person (name, email) VALUES ('Anna', 'anna@example.com')`,
    `INSERT INTO sourcepackage (name) VALUES ('curl')`,
    `INSERT INTO spu (sourcepackage_id, version) VALUES (1, '8.1-1')`,
    `INSERT INTO binarypackage (name, sourcepackage_id, seeded) VALUES ('libcurl4', 1, true)`,
    `INSERT INTO ticket (project_id, key, normal_key, owner, title, bug_id, current_workflow_step, status, version, failure)
      VALUES (1, 'TKT-1', 'TKT-1', 'anna@example.com', 'Kept through every upgrade', '42', 400, 17, 3, NULL),
        (1, 'TKT-2', 'TKT-2', '', 'Failed', NULL, 999, 999, 2, '{"reason": "2 of 310 failed"}')`,
    `INSERT INTO subticket (ticket_id, source_package_upload_id, assignee, status) VALUES (1, 1, 'bert@example.com', 500)`,
    `INSERT INTO artifact (ticket_id, name, reference, type) VALUES (1, 'image', 'http://ci.example/1.img', 'IMAGE')`,
    `INSERT INTO event (type, subject, actor, project_id, ticket_id, version, line, data)
      VALUES ('ticket.created', 'ticket/1', 'local', 1, 1, 1, 'TKT-1 created', '{"after": {"status": "000"}}'),
        ('ticket.changed', 'ticket/1', 'local', 1, 1, 2, 'TKT-1 changed', '{"after": {"status": "017"}}')`,
    `INSERT INTO idempotency_key (principal, key, fingerprint, status, etag, body) VALUES ('local', 'once', 'f00d', 201, '"1"', '{}')`,
  ],
  ProjectManager1763720000000: [
    `INSERT INTO branch (unique_name, owner_id, type, project_id) VALUES ('~anna/trunk', 1, 'trunk', 1)`,
    `INSERT INTO mergeproposal (branch_id, submitter_id, status) VALUES (1, 1, 'Approved')`,
    `INSERT INTO testsuite (name, kind, project_id) VALUES ('smoke', 'image', 1)`,
    `INSERT INTO testresult (testsuite_id, ticket_id, verdict, duration) VALUES (1, 1, 'passed', 12)`,
    `INSERT INTO ticketlink (ticket_id, kind, url) VALUES (1, 'bug', 'http://bugs.example/42')`,
    `INSERT INTO ticketperson (ticket_id, person_id, role) VALUES (1, 1, 'reviewer')`,
    `INSERT INTO ticketcomponent (ticket_id, kind, name) VALUES (1, 'package', 'curl')`,
  ],
  ImportMaps1763740000000: [
    `INSERT INTO map_revision (ticket_id, number, operations, actor) VALUES (1, 1, '[]', 'local')`,
    `INSERT INTO ticket_key (ticket_id, key, project_id) VALUES (1, 'imports/nav', 1)`,
    `INSERT INTO blob (hash, integrity, size) VALUES (repeat('a', 64), 'sha384-x', 10)`,
    `INSERT INTO blob_use (owner, hash) VALUES ('revision/1', repeat('a', 64))`,
    `INSERT INTO spu_file (spu_id, name, size, sha256) VALUES (1, 'curl.dsc', 10, repeat('a', 64))`,
  ],
  Stream1763760000000: [`UPDATE event SET seq = id`, `UPDATE stream_head SET seq = (SELECT max(seq) FROM event)`],
  Holds1763780000000: [
    `INSERT INTO ticket_hold (ticket_id, reason, actor) VALUES (1, 'release notes', 'local')`,
    `INSERT INTO stage_lock (project_id, stage, reason, actor) VALUES (1, 'prod', 'holidays', 'local')`,
    `INSERT INTO pending_command (id, actor, text, expires_at) VALUES ('c1', 'local', 'promote TKT-1', '2026-01-01T00:00:00Z')`,
  ],
  Approvals1764870000000: [
    `INSERT INTO approval (ticket_id, stage, revision, kind, who, by, checked) VALUES (1, 'prod', 1, 'approve', 'name/alice', 'alice', false)`,
    `INSERT INTO policy_override (ticket_id, stage, revision, policy, reason, actor, until) VALUES (1, 'prod', 1, 'soak', 'now', 'carol', now() + interval '1 hour')`,
  ],
  PreviewKeys1764550000000: [`UPDATE ticket SET preview_key = 'AbCdEfGhIjKlMn-_' WHERE id = 1`],
  Access1763800000000: [
    `INSERT INTO access_token (owner, hash, scopes, expires_at) VALUES ('ci', 'h1', '{read}', '2030-01-01T00:00:00Z')`,
  ],
  TokenEnds1764530000000: [
    `UPDATE access_token SET replaced_by = id WHERE owner = 'ci'`,
    `UPDATE pending_command SET token_id = 1 WHERE id = 'c1'`,
  ],
  RevisionChanges1764500000000: [
    `INSERT INTO map_revision (ticket_id, number, operations, whole, carried, actor)
      VALUES (1, 2, '{"changed": [{"scope": null, "specifier": "nav", "set": null, "base": {"url": "https://cdn.example/nav.js"}}], "gone": []}', 1, 1, 'local')`,
  ],
  Quotas1764600000000: [
    `INSERT INTO quota_use (scope, what, used, told) VALUES ('ticket/1', 'keys', 80000, 'nearly'), ('owner/local', 'events', 7, '')`,
  ],
  DatabaseClock1764640000000: [
    `INSERT INTO clock_step (seconds, is_seen) VALUES (3600, true)`,
    `UPDATE access_token SET clock_shift = -3600`,
  ],
  TimesByNumber1764641000000: [`INSERT INTO stream_mark (seq, latest) VALUES (1000, '2026-01-01T12:00:00Z')`],
  GitSources1764700000000: [
    `INSERT INTO given_up_source (ticket_id, key, source) VALUES (1, ' @default/src/a.js', repeat('b', 40))`,
    `UPDATE map_revision SET dirty = true WHERE ticket_id = 1`,
    `UPDATE layer SET dirty = true, git_commits = '{0123abc}'`,
  ],
  PromotedCommits1764730000000: [
    `UPDATE map_revision SET found_in = '0123abc', git_commits = '{0123abc,4567def}', git_merges = '{4567def}' WHERE ticket_id = 1`,
  ],
  BlobImports1764710000000: [`UPDATE blob SET imports = '{"static":["preact"],"dynamic":[]}'`],
  TicketBlobs1764610000000: [`INSERT INTO blob_use (owner, hash) VALUES ('ticket/2', repeat('a', 64))`],
  People1764860000001: [
    `INSERT INTO person (name, email, is_team) VALUES ('QA', 'qa@example.com', true)`,
    `INSERT INTO personmember (team_id, person_id) SELECT t.id, p.id FROM person t, person p WHERE t.name = 'QA' AND p.name = 'Anna'`,
    `INSERT INTO membership (project_id, person_id, role) SELECT 1, id, 'qa' FROM person WHERE name = 'QA'`,
  ],
  ModulesUrls1764750000000: [
    `INSERT INTO modules_url (project_id, url) VALUES (1, 'https://cdn.example'), (NULL, 'https://modules.example')`,
  ],
};
