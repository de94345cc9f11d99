// An event as a row. Whatever comes from outside becomes a text node or a checked link, never markup.
/* global document */

const SIGNS = { info: '·', warn: '▲', error: '✖' };

/** @returns {HTMLElement} */
function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Paths of this server, http and https; anything else leads nowhere. */
export function safeHref(link) {
  if (typeof link !== 'string') return undefined;
  return /^\/(?![/\\])/.test(link) || /^https?:\/\//i.test(link) ? link : undefined;
}

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

function timeOf(text) {
  const time = new Date(text);
  const shown = element('time', 'time', CLOCK.format(time));
  shown.dateTime = text;
  shown.title = time.toLocaleString();
  if (time.toDateString() !== new Date().toDateString()) shown.prepend(`${DAY.format(time)} `);
  return shown;
}

/** Fills a row with a run of equal events (collapse.js). */
export function fill(row, { event, times }) {
  const severity = Object.hasOwn(SIGNS, event.severity) ? event.severity : 'info';
  row.className = `event ${severity}`;
  row.dataset.seq = String(event.seq);
  const mark = element('span', 'severity');
  const sign = element('span', 'sign', SIGNS[severity]);
  sign.setAttribute('aria-hidden', 'true');
  mark.append(sign, element('span', 'word', severity));
  const href = safeHref(event.link);
  const line = element(href ? 'a' : 'span', 'line', event.line);
  line.dir = 'auto';
  if (href) {
    line.href = href;
    line.rel = 'noreferrer';
  }
  const said = element('span', 'said');
  said.append(line);
  if (times > 1) said.append(' ', element('b', 'times', `×${times}`));
  const about = [event.type, event.stage, event.actor === 'local' ? null : event.actor].filter(Boolean).join(' · ');
  row.replaceChildren(timeOf(event.time), mark, said, element('span', 'type', about));
  return row;
}

export const newRow = () => element('li', 'event');

/** A row that says something about the stream itself. */
export const note = (text) => element('li', 'note', text);
