// Keys of tickets, stages and projects go into lines for a shell, links and the names that people read, so what a server
// answers as one is looked at, in answers and in events: ours makes no other, and another server, or somebody on the way, may.

const KEY = /^[A-Za-z][A-Za-z0-9_]{0,49}-[0-9]{1,16}$/;
/** Of a stage or a project. */
const NAME = /^[a-z0-9][a-z0-9-]{0,199}$/;
const NUMBER = /^[0-9]{1,16}$/;
/** Of the server, where an answer has whole URLs. */
const URI =
  /^(?:https?:\/\/(?:[A-Za-z0-9.:-]+|\[[0-9a-f:]+\](?::[0-9]+)?))?(?:\/[A-Za-z0-9_.-]+){0,5}\/api\/v1\/[a-z]+\/(?:[A-Za-z0-9_-]+\/){1,3}$/;
/** With the name of a file, and what is asked of it. */
const ADDRESS =
  /^(?:https?:\/\/(?:[A-Za-z0-9.:-]+|\[[0-9a-f:]+\](?::[0-9]+)?))?(?:\/[A-Za-z0-9_.-]+){0,5}\/api\/v1\/[A-Za-z0-9_.~%!*'()/-]+(?:\?[A-Za-z0-9_.~%&=-]*)?$/;

/** What may stand in a member of this name, wherever it stands. Others are prose, and are printed as such. */
const KINDS: Readonly<Record<string, readonly RegExp[]>> = {
  key: [KEY],
  ticket: [KEY, URI, NUMBER],
  stage: [NAME],
  next_stage: [NAME],
  project: [NAME, URI, NUMBER],
  suspended: [KEY],
  projects: [NAME],
  resource_uri: [ADDRESS],
};

/** An import map's: their members are what modules import. */
const MAPS = ['imports', 'scopes', 'integrity'];
/** What others wrote, or what is no answer of ours: nothing in it is taken for a name. */
const OTHERS = new Set(['data', 'details', 'settings', 'warnings', 'verdicts', 'body', 'headers', ...MAPS]);

export interface WrongName {
  readonly member: string;
  readonly text: string;
}

/** The first member of an answer, at any depth, that should name something and can't; undefined where all do. */
export function wrongNameIn(answer: unknown): WrongName | undefined {
  const left: unknown[] = [answer];
  while (left.length > 0) {
    const at = left.pop();
    if (typeof at !== 'object' || at === null) continue;
    if (Array.isArray(at)) {
      for (const one of at) left.push(one);
      continue;
    }
    for (const [member, value] of Object.entries(at)) {
      const text = textsOf(value).find((one) => !isNamed(member, one, at));
      if (text !== undefined) return { member, text };
      if (typeof value === 'object' && !OTHERS.has(member)) left.push(value);
    }
  }
  return undefined;
}

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');

function isNamed(member: string, text: string, of: object): boolean {
  if (member === 'key' && !isTicket(of)) return true;
  const kind = Object.hasOwn(KINDS, member) ? KINDS[member] : namesItself(member, of) ? KINDS.stage : undefined;
  return kind?.some((pattern) => pattern.test(text)) ?? true;
}

/** Modules have keys, too, which may be anything. */
const isTicket = (of: object): boolean =>
  ['version', 'verdicts', 'current_workflow_step', 'closed_at', 'stage'].some((member) => member in of);

/** Of a stage, and of a project. */
const namesItself = (member: string, of: object): boolean =>
  member === 'name' && ('production' in of || 'display_name' in of);

/** An event of /stream. Throws SyntaxError where it is no JSON; whatever `refuse` makes of a name that is none. */
export function eventIn<Event>(data: string, refuse: (wrong: WrongName) => Error): Event {
  const event: unknown = JSON.parse(data);
  const wrong = wrongNameIn(event);
  if (wrong) throw refuse(wrong);
  return event as Event;
}
