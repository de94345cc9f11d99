// The page at `/`: open and failed tickets by step, and a rail of the stream. Plain HTML, every text is escaped; the one
// script is the rail's.
import { PAGE_ICON } from '../platform/http/page-icon.js';
import { shell } from '../platform/shell-quote.js';
import type { Failure } from '../workflow/failure.js';
import { COMPLETE, FAILED, STEP_NAMES, statusText } from '../workflow/steps.js';

export interface StepCount {
  readonly step: number;
  readonly tickets: number;
}

export interface HomeTicket {
  readonly id: number;
  readonly key: string;
  /** The name of its project. */
  readonly project: string;
  readonly title: string;
  readonly owner: string;
  readonly step: number;
  readonly status: number;
  readonly failure: Failure | null;
  readonly failed_at_step: number | null;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const STYLE = `
  :root { color-scheme: light dark; --line: #8884; --dim: #777; --bad: #c62828; --accent: #1565c0; }
  @media (prefers-color-scheme: dark) { :root { --bad: #ef7b7b; --accent: #7db4f0; --dim: #999; } }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 0 auto; padding: 1.5rem; }
  header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; }
  h1 { margin: 0; font-size: 1.6rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
  a { color: var(--accent); } nav a { display: inline-block; margin-right: 1rem; }
  .json { font-size: .8rem; }
  .steps { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.5rem 0; padding: 0; list-style: none; }
  .steps a { display: block; height: 100%; box-sizing: border-box; border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; text-decoration: none; color: inherit; }
  .steps b { display: block; font-size: 1.7rem; line-height: 1.2; } .steps .failed b { color: var(--bad); }
  .dim { color: var(--dim); } table { width: 100%; border-collapse: collapse; }
  th, td { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  td.key { white-space: nowrap; } td.title { overflow-wrap: anywhere; } .bad { color: var(--bad); }
  pre { background: #8881; padding: .8rem; border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
  .columns { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 2.5rem; align-items: start; }
  @media (min-width: 80rem) { body { max-width: 96rem; } .columns { grid-template-columns: minmax(0, 3fr) minmax(22rem, 2fr); } }
  @media (max-width: 40rem) { .owner { display: none; } }`;

/** `nonce`: what the policy of the reply knows the page's script by. */
export function homePage(
  { base, nonce }: { readonly base: string; readonly nonce: string },
  counts: readonly StepCount[],
  tickets: readonly HomeTicket[],
): string {
  const failed = tickets.filter((ticket) => ticket.step === FAILED);
  const open = tickets.filter((ticket) => ticket.step !== FAILED);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stampline</title>${PAGE_ICON}<link rel="stylesheet" href="/stream/stream.css"><style>${STYLE}</style><script type="module" nonce="${nonce}" src="/stream/rail.js"></script></head>
<body>
<header><h1>Stampline</h1><nav><a href="/stream">Stream</a><a href="/docs">API in Swagger UI</a><a href="/openapi.json">OpenAPI</a><a href="/api/v1/fullticket/">Tickets as JSON</a><a href="/metrics">Metrics</a></nav></header>
<ul class="steps">${[...STEP_NAMES]
    .filter(([step]) => step !== COMPLETE)
    .map(([step, name]) => stepTile(step, name, counts))
    .join('')}</ul>
<div class="columns"><main>
${tickets.length === 0 ? firstTicket(base) : ''}
${failed.length > 0 ? `<h2>Failed</h2>${table(failed)}` : ''}
${open.length > 0 ? `<h2>Open</h2>${table(open)}` : ''}
</main>
<section class="rail" aria-labelledby="rail-title"><h2 id="rail-title">What happened</h2><ol id="rail" class="events" role="log" aria-live="off"></ol><p><a href="/stream">The whole stream</a></p></section></div>
</body></html>
`;
}

function stepTile(step: number, name: string, counts: readonly StepCount[]): string {
  const tickets = counts.find((count) => count.step === step)?.tickets ?? 0;
  const failed = step === FAILED && tickets > 0 ? ' class="failed"' : '';
  return `<li${failed}><a href="/api/v1/ticket/?closed_at__isnull=true&amp;current_workflow_step=${step}"><b>${tickets}</b>${name} <span class="dim">${step}</span></a></li>`;
}

function table(tickets: readonly HomeTicket[]): string {
  return `<table><thead><tr><th>Ticket</th><th>Title</th><th>Step</th><th class="owner">Owner</th></tr></thead><tbody>${tickets.map(row).join('')}</tbody></table>`;
}

function row(ticket: HomeTicket): string {
  const step = `${ticket.step} ${STEP_NAMES.get(ticket.step) ?? ''}`;
  const at =
    ticket.failed_at_step === null ? '' : ` at ${ticket.failed_at_step} ${STEP_NAMES.get(ticket.failed_at_step) ?? ''}`;
  const why = ticket.failure?.summary
    ? `<br><span class="bad">${escapeHtml(ticket.failure.summary)}</span>${logLink(ticket.failure.log)}`
    : '';
  return `<tr><td class="key"><a href="/stream?ticket=${inStream(ticket)}">${escapeHtml(ticket.key)}</a> <a class="json" href="/api/v1/fullticket/${ticket.id}/">JSON</a></td><td class="title">${escapeHtml(ticket.title)}${why}</td>
    <td>${step}${at} <span class="dim">${statusText(ticket.status)}</span></td><td class="owner">${escapeHtml(ticket.owner)}</td></tr>`;
}

/** Two projects may have the same key; a bare one is that of `default`. */
const inStream = ({ id, key, project }: HomeTicket): string =>
  project === 'default' ? encodeURIComponent(key) : String(id);

/** Only http and https: the API takes no other, and a page must not rely on it. */
const logLink = (log: string | null): string =>
  log && /^https?:\/\//i.test(log) ? ` <a href="${escapeHtml(log)}">log</a>` : '';

const firstTicket = (base: string): string => `<h2>No open tickets</h2><p>Create one:</p>
<pre>${escapeHtml(shell`curl -H 'Content-Type: application/json' -d '{"title": "My first ticket"}' ${`${base}/api/v1/ticket/`}`)}</pre>`;
