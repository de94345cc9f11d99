// On which pages a ticket in the URL counts (import-maps.md, section 3): the project's list of origins, one for all stages
// or one a stage. Loopback origins always count.

/** A list for all stages, or by the name of the stage. */
export type PreviewOrigins = readonly string[] | Readonly<Record<string, readonly string[]>>;

const ORIGIN = /^https?:\/\/[\w.:[\]-]+$/;
const STAGE = /^[a-z][a-z0-9-]{0,30}$/;
const MOST = 100;
const MOST_STAGES = 10;
const SHAPE = 'preview_origins must be a list of origins, or an object with a list for each stage.';

/** What is wrong with a setting that should be preview origins; empty when nothing is. */
export function previewOriginFaults(given: unknown): string[] {
  if (Array.isArray(given)) return listFaults(given);
  if (typeof given !== 'object' || given === null) return [SHAPE];
  const lists = Object.entries(given);
  if (lists.length > MOST_STAGES) return [`preview_origins may have at most ${MOST_STAGES} stages.`];
  return lists.flatMap(([stage, list]) => {
    if (!STAGE.test(stage))
      return ['preview_origins: the name of a stage must be lower-case letters, digits and hyphens.'];
    return Array.isArray(list) ? listFaults(list) : [SHAPE];
  });
}

function listFaults(list: readonly unknown[]): string[] {
  if (list.length > MOST) return [`preview_origins may have at most ${MOST} entries.`];
  if (list.some((one) => typeof one !== 'string')) return ['An entry of preview_origins must be a string.'];
  const isBad = (one: unknown): boolean => !ORIGIN.test(one as string) || (one as string).length > 300;
  return list.some(isBad) ? ['An origin must be a scheme and a host, such as https://qa.example.'] : [];
}

/** The origins of one stage, as the setting lists them. */
function previewOriginsOf(setting: PreviewOrigins | undefined, stage: string): readonly string[] {
  if (!setting) return [];
  return isList(setting) ? setting : (Object.entries(setting).find(([name]) => name === stage)?.[1] ?? []);
}

const isList = (setting: PreviewOrigins): setting is readonly string[] => Array.isArray(setting);

/** `origin` as browsers send it: `https://qa.example`, without a trailing slash. */
export const isPreviewOrigin = (origin: string, stage: string, setting: PreviewOrigins | undefined): boolean =>
  isLoopbackOrigin(origin) ||
  previewOriginsOf(setting, stage).some((one) => one.toLowerCase() === origin.toLowerCase());

const LOOPBACK =
  /^https?:\/\/([a-z0-9-]+\.)*localhost(:\d+)?$|^https?:\/\/127(\.\d{1,3}){3}(:\d+)?$|^https?:\/\/\[::1\](:\d+)?$/i;

const isLoopbackOrigin = (origin: string): boolean => LOOPBACK.test(origin);
