// What a page has in its <head>, before any module script or modulepreload:
//
//   <script src="https://stamp.example/stamp.js"></script>
//   <script type="importmap" data-stamp-fallback>{"imports":{…}}</script>
//
// The second element is production's map as it was when the page was made: a page that can't load stamp.js runs on it, with
// no script of ours. A page that can never has it: stamp.js puts its own map first, and renames every script element with
// `data-stamp-fallback` while the parser still holds it (seen to work in Chromium 156 and Firefox ESR 153, with a map of
// 400 kB and under a policy with nonces). Without that, a document that may have several maps would merge the two, and a
// key that a ticket deletes would come back.
//
// With import-map-overrides the page says data-type="overridable-importmap" on stamp.js, gives the fallback that type too,
// and loads import-map-overrides after both: it makes the one map that the browser sees (and drops integrity in doing so).
import { inPage } from './page-script-text.js';

/** Where a project's map and script are: tickets and pages that name no project belong to `default`. */
export const baseOf = (origin: string, project: string): string =>
  project === 'default' ? origin : `${origin}/p/${project}`;

/** `base`: the server's origin. `mapJson`: production's map. `nonce`: of the page's content security policy. */
export function snippetOf(base: string, project: string, mapJson: string, nonce?: string): string {
  const nonced = nonce === undefined ? '' : ` nonce="${inAttribute(nonce)}"`;
  return [
    `<script src="${inAttribute(baseOf(base, project))}/stamp.js"${nonced}></script>`,
    `<script type="importmap" data-stamp-fallback${nonced}>${inPage(mapJson)}</script>`,
    '',
  ].join('\n');
}

const inAttribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
