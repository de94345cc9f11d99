// Where a ticket or a release can be looked at: a page of the application with `?dev=TKT-1` or `?stamp-release=7`; without
// one, the import map.
import type { Settings } from '../settings.js';
import type { Stage } from './shapes.js';

/** `http://localhost:8080/?dev=TKT-1`; production's has no ticket in it. */
export function previewLink(settings: Settings, stage: Stage, key: string): string {
  const { page } = settings;
  if (page === undefined) return mapLink(settings, stage, key);
  const url = new URL(page);
  if (!stage.production) url.searchParams.set(stage.name, key);
  return url.href;
}

function mapLink(settings: Settings, { name, production, project }: Stage, key: string): string {
  const map = mapOf(settings, project);
  return production ? map : `${map}?${encodeURIComponent(name)}=${encodeURIComponent(key)}`;
}

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
