// The page at /stream: filters that stand in its URL, pause, and the state of the connection.
/* global document, location, history */
import { follow } from './follow.js';
import { EventList } from './list.js';
import { note } from './row.js';

const MOST = 400;
const LATEST = 200;

/** What people mean by a kind, as beginnings of types. */
const KINDS = {
  tickets: ['ticket', 'subticket', 'command'],
  releases: ['release.', 'stage.', 'ticket.promoted', 'ticket.reverted', 'ticket.stamped'],
  commits: ['commit.'],
  tests: ['testrun.', 'testresult.'],
  deployments: ['deployment.'],
  alarms: ['error.', 'alert.', 'defect.'],
  messages: ['message'],
};

const $ = (id) => document.getElementById(id);
const [form, list, state, pause, empty] = ['filters', 'events', 'state', 'pause', 'empty'].map($);
const events = new EventList(list, MOST);

let stop = () => {};
let waiting = [];
let paused = false;
let said = ['connecting', ''];

const fields = () => {
  const { project, ticket, kind } = form.elements;
  const severities = [...form.querySelectorAll('[name=severity]')].filter((box) => box.checked).map((box) => box.value);
  return {
    project: project.value.trim(),
    ticket: ticket.value.trim(),
    kind: kind.value,
    severities,
    detail: form.elements.detail.checked,
  };
};

function queries({ project, ticket, kind, severities, detail }) {
  const [stream, rows] = [new URLSearchParams(), new URLSearchParams()];
  if (project) {
    stream.set('project', project);
    rows.set(/^\d+$/.test(project) ? 'project' : 'project__name', project);
  }
  for (const query of ticket ? [stream, rows] : []) query.set('ticket', ticket);
  if (severities.length > 0 && severities.length < 3) {
    stream.set('severity', severities.join());
    rows.set('severity__in', severities.join());
  }
  const types = KINDS[kind];
  if (types) {
    stream.set('type', types.map((type) => `${type}*`).join());
    rows.set('type__regex', `^(${types.map((type) => type.replaceAll('.', '[.]')).join('|')})`);
  }
  if (detail) stream.set('detail', '1');
  // The list has no such rule: what the stream leaves out is left out here.
  return { stream, list: rows, isShown: (event) => detail || types !== undefined || !event.detail };
}

function remember({ project, ticket, kind, severities, detail }) {
  const query = new URLSearchParams(
    Object.entries({
      project,
      ticket,
      kind,
      severity: severities.length < 3 ? severities.join() : '',
      detail: detail ? '1' : '',
    }).filter(([, value]) => value),
  );
  history.replaceState(null, '', query.size > 0 ? `?${query}` : location.pathname);
}

function recall() {
  const query = new URLSearchParams(location.search);
  for (const name of ['project', 'ticket', 'kind']) if (query.has(name)) form.elements[name].value = query.get(name);
  form.elements.detail.checked = query.get('detail') === '1';
  if (form.elements.kind.selectedIndex < 0) form.elements.kind.value = '';
  const severities = query.get('severity')?.split(',');
  if (severities)
    for (const box of form.querySelectorAll('[name=severity]')) box.checked = severities.includes(box.value);
}

const WORDS = { connecting: 'Connecting…', live: 'Live', lost: 'Connection lost, trying again…', refused: 'Refused' };

function say(what, why = '') {
  said = [what, why];
  const shown = paused && what === 'live' ? 'paused' : what;
  state.dataset.state = shown;
  const text = shown === 'paused' ? `Paused, ${waiting.length} waiting` : WORDS[what];
  state.textContent = what === 'refused' ? why : text;
}

function onEvent(event) {
  if (!paused) return show(event);
  waiting.push(event);
  // Of a long pause only what still fits on the screen is kept.
  if (waiting.length > MOST * 2) waiting = waiting.slice(-MOST);
  say(...said);
}

function show(event) {
  empty.hidden = true;
  events.add(event);
}

function setPaused(value) {
  paused = value;
  pause.setAttribute('aria-pressed', String(paused));
  pause.textContent = paused ? 'Go on' : 'Pause';
  if (!paused) waiting.splice(0).forEach(show);
  say(...said);
}

function restart() {
  stop();
  waiting = [];
  events.clear();
  empty.hidden = false;
  const asked = fields();
  remember(asked);
  const onResync = (oldest) => list.prepend(note(`Events before number ${oldest} are archived.`));
  stop = follow({ ...queries(asked), latest: LATEST, onEvent, onState: say, onResync });
}

form.addEventListener('change', restart);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  restart();
});
form.addEventListener('reset', () => setTimeout(restart));
pause.addEventListener('click', () => setPaused(!paused));
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest('input:not([type=checkbox]), select');
  if (event.key === 'Escape' && typing) return event.target.blur();
  if (typing) return;
  if (event.key === 'p') setPaused(!paused);
  if (event.key === '/') {
    event.preventDefault();
    form.elements.ticket.focus();
  }
});

recall();
// On a phone the filters would be all there is to see.
if (document.documentElement.clientWidth < 700 && !location.search) $('more').open = false;
restart();
