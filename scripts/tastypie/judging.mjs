// Judges an answer: as Tastypie documents, as docs/API-DESIGN.md lists, or neither.
import { isDeepStrictEqual } from 'node:util';
import { filled } from './asking.mjs';

/** True where `value` has all that `expected` says: members of objects, patterns in texts, functions that decide. */
function has(value, expected) {
  if (typeof expected === 'function') return expected(value);
  if (expected instanceof RegExp) return expected.test(String(value));
  if (Array.isArray(expected))
    return (
      Array.isArray(value) && value.length === expected.length && expected.every((one, index) => has(value[index], one))
    );
  if (typeof expected === 'object' && expected !== null)
    return (
      typeof value === 'object' &&
      value !== null &&
      Object.entries(expected).every(([name, one]) => has(value[name], one))
    );
  return isDeepStrictEqual(value, expected);
}

function answers(answer, expected) {
  const statuses = [expected.status].flat();
  return (
    statuses.includes(answer.status) &&
    Object.entries(expected.headers ?? {}).every(([name, one]) =>
      one === null ? answer.headers[name] === undefined : has(answer.headers[name], one),
    ) &&
    (expected.body === undefined || has(answer.body, expected.body)) &&
    (expected.text === undefined || has(answer.text, expected.text))
  );
}

/** `same` and `listed` are fine; `unlisted`, `gone` and `other` are not. */
export function judge({ tastypie, listed, ours }, { answer, known }, documented) {
  if (answers(answer, filled(tastypie, known)))
    return listed === undefined ? { verdict: 'same' } : { verdict: 'gone', why: `'${listed}' is no difference here.` };
  if (listed === undefined) return { verdict: 'unlisted', why: `Expected ${told(tastypie)}.` };
  if (!documented.has(listed)) return { verdict: 'unlisted', why: `docs/API-DESIGN.md doesn't list '${listed}'.` };
  if (!answers(answer, filled(ours, known)))
    return { verdict: 'other', why: `Neither Tastypie's nor what is listed: expected ${told(ours)}.` };
  return { verdict: 'listed' };
}

/** Whether a server answers as the case says that Tastypie does. */
export const isAsTastypie = ({ tastypie }, { answer, known }) => answers(answer, filled(tastypie, known));

/** An expectation or an answer in one line. */
export const told = ({ status, headers, body, text }) =>
  [
    [status].flat().join(' or '),
    headers && shown(headers),
    body !== undefined && shown(body),
    text !== undefined && shown(text),
  ]
    .filter(Boolean)
    .join(' ');

const shown = (value) =>
  JSON.stringify(value, (_name, one) => {
    if (typeof one === 'function') return one.says;
    return one instanceof RegExp ? String(one) : one;
  });
