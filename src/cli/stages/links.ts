// Where a ticket or a release can be looked at: a page of the application with `?dev=TKT-1` or `?stamp-release=7`; without
// one, the import map.
import type { Session } from '../session/session.js';
import type { Settings } from '../session/settings.js';
import type { Stage } from './shapes.js';

/** `http://localhost:8080/?dev=TKT-1`; production's has no ticket in it. `previewKey`: where links need one. */
export function previewLink(settings: Settings, stage: Stage, key: string, previewKey?: string): string {
  const { name, production, project, page } = stage;
  const at = settings.page ?? pageIn(page) ?? mapOf(settings, project);
  return production ? new URL(at).href : pageLink(at, name, key, previewKey);
}

/** The project's page, where it has one that can be a link. */
export const pageIn = (page: string | null | undefined): string | undefined =>
  page && isLink(page) ? page : undefined;

/** True of a link as our server makes them; what another may have sent in its place is not shown as one. */
export const isLink = (text: string): boolean => /^https?:\/\/[\w.:[\]~/?=&,%-]+$/.test(text) && URL.canParse(text);

/** A page, or an import map, with a ticket at a stage. */
export function pageLink(page: string, stage: string, key: string, previewKey?: string): string {
  const url = new URL(page);
  url.searchParams.set(stage, previewKey === undefined ? key : `${key}~${previewKey}`);
  return url.href.replaceAll('%7E', '~');
}

/**
 * What links to a ticket's preview have at this stage; undefined where they need nothing. Whoever may read the ticket may know
 * it. Rejects with Refusal, Unreachable.
 */
async function previewKeyOf({ server }: Session, ticket: string | number, stage: Stage): Promise<string | undefined> {
  if (stage.production || stage.previews !== 'key') return undefined;
  const path = { id: String(ticket) };
  const { preview_key: key } = await server.of(server.api.GET('/api/v1/ticket/{id}/preview/', { params: { path } }));
  return key !== null && /^[\w-]{16}$/.test(key) ? key : undefined;
}

/** The link with the key that it needs. Rejects with Refusal, Unreachable. */
export const readPreviewLink = async (
  session: Session,
  { id, key }: { readonly id: number; readonly key: string },
  stage: Stage,
): Promise<string> => previewLink(session.settings, stage, key, await previewKeyOf(session, id, stage));

/** The import map of a ticket at a stage, as its preview has it. Rejects with Refusal, Unreachable. */
export const readMapLink = async (
  session: Session,
  { id, key }: { readonly id: number; readonly key: string },
  stage: Stage,
): Promise<string> => {
  const settings = { ...session.settings, page: undefined };
  return previewLink(settings, stage, key, await previewKeyOf(session, id, stage));
};

/** The import map of a release. */
export const releaseMap = (settings: Settings, project: string, release: number): string =>
  `${mapOf(settings, project)}?release=${release}`;

/** `http://localhost:8080/?stamp-release=7`; undefined where no page is known. */
export function releasePage({ page }: Settings, release: number): string | undefined {
  if (page === undefined) return undefined;
  const url = new URL(page);
  url.searchParams.set('stamp-release', String(release));
  return url.href;
}

const mapOf = ({ url }: Settings, project: string): string =>
  `${url}${project === 'default' ? '' : `/p/${encodeURIComponent(project)}`}/import-map.json`;

/** What happened to a ticket, live, as a page. */
export const storyLink = ({ url }: Settings, key: string): string => `${url}/stream?ticket=${encodeURIComponent(key)}`;
