// Where a ticket can be looked at: a page of the application with `?dev=TKT-1`; without one, the ticket's import map.
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

function mapLink({ url }: Settings, { name, production, project }: Stage, key: string): string {
  const map = `${url}${project === 'default' ? '' : `/p/${encodeURIComponent(project)}`}/import-map.json`;
  return production ? map : `${map}?${encodeURIComponent(name)}=${encodeURIComponent(key)}`;
}

/** What happened to a ticket, live, as a page. */
export const storyLink = ({ url }: Settings, key: string): string => `${url}/stream?ticket=${encodeURIComponent(key)}`;
