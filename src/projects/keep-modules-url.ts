// Keeps what the URLs of a project's modules begin with: addresses of earlier values stay known as this server's.
import type { Tx } from '../platform/database/db.js';
import type { Statement } from '../platform/database/statement.js';
import { conflict } from '../platform/errors.js';
import { modulesBase } from '../platform/modules-url.js';
import type { ProjectSettings } from './project-settings.js';

/** So many values may the setting of one project have had. */
const MOST = 100;

/**
 * Of a project row that this transaction has locked. Rejects with conflict `project.modules_urls_full`: every address that a
 * client sends is compared with all of them.
 */
export async function keepModulesUrl(tx: Tx, project: number, { modules_url: url }: ProjectSettings): Promise<void> {
  if (url === undefined) return;
  const [kept] = await tx.run<{ count: number }>({
    name: 'modules_url_kept',
    text: `WITH one AS (INSERT INTO modules_url (project_id, url) VALUES ($1, $2) ON CONFLICT (project_id, url) DO NOTHING RETURNING 1)
      SELECT (SELECT count(*) FROM modules_url WHERE project_id = $1) + (SELECT count(*) FROM one) AS count`,
    values: [project, modulesBase(url)],
  });
  if (Number(kept?.count) <= MOST) return;
  throw conflict(
    'project.modules_urls_full',
    `modules_url has had ${MOST} values, which all remain valid. Use one of them.`,
  );
}

/** The server's own. Two servers that start at once may both keep it, which does no harm. */
export const keepServersModulesUrl = (url: string): Statement => ({
  name: 'servers_modules_url_kept',
  text: `INSERT INTO modules_url (url) SELECT $1::text
    WHERE NOT EXISTS (SELECT 1 FROM modules_url WHERE project_id IS NULL AND url = $1)`,
  values: [url],
});

/** In a statement with a project `p`: all that the URLs of its modules begin with, or began with. Null where there is none. */
export const KNOWN_MODULES_URLS = `(SELECT array_agg(DISTINCT m.url) FROM modules_url m WHERE m.project_id = p.id OR m.project_id IS NULL)`;
