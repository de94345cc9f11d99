// Loaded before a server (node --import), for `broken-on-purpose`: a status PATCH reads the ticket without a lock, changes what
// it has in memory, and saves all of it, as repositories with find() and save() do. Nothing in src/ does so.
import { ResourceWriter } from '../dist/src/rest/writing/resource-writer.js';

const whole = ResourceWriter.prototype.updateIn;

ResourceWriter.prototype.updateIn = async function updateIn(tx, id, write) {
  if (write.resource.name !== 'updateticketstatus') return whole.call(this, tx, id, write);
  const [found] = await tx.run({ text: 'SELECT * FROM ticket WHERE id = $1', values: [id] });
  await save(tx, { ...found, ...write.values, version: found.version + 1 });
  return this.reread(tx, write.resource, id);
};

async function save(tx, { id, version, project_id, current_workflow_step, status, description }) {
  const padded = String(status).padStart(3, '0');
  const after = { status: padded, current_workflow_step: String(current_workflow_step) };
  await tx.run({
    text: `UPDATE ticket SET current_workflow_step = $2, status = $3, description = $4, version = $5, updated_at = now() WHERE id = $1`,
    values: [id, current_workflow_step, status, description, version],
  });
  await tx.run({
    text: `INSERT INTO event (type, subject, actor, project_id, ticket_id, version, line, data)
      VALUES ('ticket.status_changed', 'ticket/' || $1::int, 'local', $2, $1, $3, 'broken on purpose', jsonb_build_object('after', $4::jsonb))`,
    values: [id, project_id, version, JSON.stringify(after)],
  });
}
