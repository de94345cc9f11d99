// stamp project: the projects, their settings and stages.
import { shell } from '../../platform/shell-quote.js';
import type { components } from '../../client/schema.js';
import { Refusal } from '../../client/server.js';
import { CliError, usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { textOf } from '../words/options.js';
import { sayTable } from '../output/table.js';
import { changed, readWanted } from '../tickets/settings-said.js';
import type { Session } from '../session/session.js';
import type { Verb } from '../session/verb.js';
import { PROJECT_FIELDS } from '../words/json-shapes.js';

type Project = components['schemas']['Project'];
/** What has a default needn't be sent, though the type asks for it. */
type Sent = components['schemas']['ProjectBody'];

const MOST = 1000;

/** Rejects with CliError `notFound`. */
async function readProject({ server }: Session, name: string): Promise<Project> {
  const { objects } = await server.of(server.api.GET('/api/v1/project/', { params: { query: { name } } }));
  const [project] = objects;
  if (project) return project;
  throw new CliError(
    `There is no project '${name}'. stamp project list shows the projects, ${shell`stamp project new ${name}`} creates it.`,
    EXIT.notFound,
  );
}

const list: Verb = {
  name: 'list',
  summary: 'List the projects',
  json: PROJECT_FIELDS,
  examples: [{ run: 'stamp project list', says: 'all of them' }],
  run: async ({ server, out }) => {
    const query = { limit: MOST, order_by: 'name' };
    const { objects } = await server.of(server.api.GET('/api/v1/project/', { params: { query } }));
    out.result(objects, () =>
      sayTable(
        out,
        ['project', 'name', 'repository'],
        objects.map((project) => [project.name, project.display_name, project.repository_url]),
      ),
    );
    return undefined;
  },
};

const show: Verb = {
  name: 'show',
  takes: '[project]',
  summary: 'Show a project: its stages and settings',
  description: 'Without a name it is the one of --project.',
  json: { ...PROJECT_FIELDS, stages: true },
  examples: [
    { run: 'stamp project show', says: 'the one that the settings name' },
    { run: 'stamp project show default --json=settings', says: 'for a script' },
  ],
  run: async (session, [name = session.settings.project]) => {
    const { server, out } = session;
    const project = await readProject(session, name);
    const query = { project: project.name };
    const { objects: stages } = await server.of(server.api.GET('/api/v1/stage/', { params: { query } }));
    out.result({ ...project, stages }, () => {
      const line = (term: string, says: string): void =>
        out.isTerminal ? out.say(`${out.paint('dim', term.padEnd(16))}  ${says}`) : out.cells([term, says]);
      line('project', project.display_name ? `${project.name} (${project.display_name})` : project.name);
      for (const { name: stage, step, production, release, lock } of stages)
        line(
          `stage ${stage}`,
          [
            `step ${step}`,
            ...(production ? [`production, release ${release ?? 0}`] : []),
            ...(lock ? ['locked'] : []),
          ].join(', '),
        );
      for (const [key, value] of Object.entries(project.settings ?? {}))
        line(key, typeof value === 'string' ? value : JSON.stringify(value));
    });
    return undefined;
  },
};

const set: Verb = {
  name: 'set',
  takes: '<key=value...>',
  summary: 'Change settings of a project',
  description:
    'Values are JSON or text; lists may have commas between; key= restores the default. Settings: workflow_mode, stages, overlap, url_safe_list, relative_addresses, modules_url, preview_origins, page, open_previews, deployer_environments, entries, quotas, retention_days; display_name, description and repository_url are set the same way. Changes by others stay.',
  json: PROJECT_FIELDS,
  examples: [
    { run: 'stamp project set overlap=block', says: 'no two open tickets change one module' },
    { run: 'stamp project set preview_origins=https://dev.shop.example', says: 'where pages show tickets' },
    {
      run: `stamp project set 'preview_origins={"qa": ["https://qa.shop.example"]}' retention_days=14`,
      says: 'by stage, and another one',
    },
    { run: 'stamp project set modules_url=https://cdn.example', says: 'pages load modules from a CDN' },
    { run: 'stamp project set overlap=', says: 'the default again' },
  ],
  run: async (session, words) => {
    const { server, out, settings } = session;
    const wanted = readWanted(words);
    const write = async (): Promise<Project> => {
      const project = await readProject(session, settings.project);
      const body = {
        ...wanted.fields,
        ...(wanted.settings.size > 0 ? { settings: changed(project.settings ?? {}, wanted) } : {}),
      };
      const header = { 'If-Match': `"${project.version}"` };
      const params = { path: { id: String(project.id) }, header };
      return server.of(server.api.PATCH('/api/v1/project/{id}/', { params, body: body as Sent }));
    };
    // Settings are written as a whole: what somebody else wrote since they were read is read again, once.
    const project = await write().catch((error: unknown) => {
      if (error instanceof Refusal && error.status === 412) return write();
      throw error;
    });
    out.result(project, () => out.say(`${project.name}: ${words.join(' ')}`));
    return undefined;
  },
};

const create: Verb = {
  name: 'new',
  takes: '<name>',
  summary: 'Create a project',
  description: 'The name has lower-case letters, digits and hyphens: it is part of the URLs of its maps.',
  options: [['--title <text>', 'what people call it']],
  json: PROJECT_FIELDS,
  examples: [{ run: 'stamp project new shop --title "The shop"', says: 'with the stages dev, qa and prod' }],
  run: async ({ server, out }, [name = ''], options) => {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
      throw usage(`'${name}' is not a valid name: use lower-case letters, digits and hyphens.`);
    const body = { name, display_name: textOf(options, 'title') ?? '' };
    const project = await server.of(server.api.POST('/api/v1/project/', { body: body as Sent }));
    out.result(project, () => out.say(project.name));
    out.note(
      `Its tickets: --project ${name}, or ${shell`STAMP_PROJECT=${name}`}, or {"project": "${name}"} in .stamprc.json.`,
    );
    return undefined;
  },
};

export const project: Verb = {
  name: 'project',
  summary: 'List and create projects, change their settings',
  examples: [{ run: 'stamp project show', says: 'stages and settings of the current project' }],
  verbs: [list, show, set, create],
};
