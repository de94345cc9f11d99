// The steps and statuses of the workflow, as data (rest-api.md, section 6).

/** The steps in the order in which a change passes them; 999 stands beside the line. */
export const LINE: readonly number[] = [100, 200, 300, 400, 500, 1000];

export const QUEUED = 100;
export const PACKAGE_BUILDING = 200;
export const FAILED = 999;
export const COMPLETE = 1000;

/** The status of something that failed, and of something that is done, at any step. */
export const STATUS_WAITING = 0;
export const STATUS_FAILED = 999;
export const STATUS_COMPLETE = 1000;

export const STEP_NAMES: ReadonlyMap<number, string> = new Map([
  [100, 'Queued'],
  [200, 'Package Building'],
  [300, 'Image Building'],
  [400, 'Image Testing'],
  [500, 'Package Publishing'],
  [999, 'Failed'],
  [1000, 'Complete'],
]);

export const STEPS: readonly number[] = [...STEP_NAMES.keys()];

/** `100 (Queued), 200 (Package Building), …`, for messages. */
export const listOfSteps = (): string => [...STEP_NAMES].map(([step, name]) => `${step} (${name})`).join(', ');

/** The wire form of a status: three digits, or `1000`. */
export const statusText = (status: number): string => String(status).padStart(3, '0');

/** A step as scripts send it (`"100"` or `100`); undefined for what is none. */
export function parseStep(value: string | number): number | undefined {
  const step = wholeNumber(value);
  return step !== undefined && STEP_NAMES.has(step) ? step : undefined;
}

/** A status as scripts send it (`"000"`, `0`, `"1000"`); undefined for what is none. */
export function parseStatus(value: string | number): number | undefined {
  const status = wholeNumber(value);
  return status !== undefined && status <= STATUS_COMPLETE ? status : undefined;
}

function wholeNumber(value: string | number): number | undefined {
  const text = String(value).trim();
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}
