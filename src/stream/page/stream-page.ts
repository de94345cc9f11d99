// The stream for people, at the same URL: what a browser gets that asks for a page. Static HTML; assets/ does the rest, and
// is served as it stands.
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { allowOwnScripts } from '../../platform/http/security-headers.js';
import { PAGE_ICON } from '../../platform/http/page-icon.js';

const severity = (name: string): string =>
  `<label><input type="checkbox" name="severity" value="${name}" checked> ${name}</label>`;

const KINDS = ['tickets', 'releases', 'commits', 'tests', 'deployments', 'alarms', 'messages'];

/** `nonce`: what the policy of the reply knows the page's script by. */
const pageWith = (nonce: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stream · Stampline</title>${PAGE_ICON}
<link rel="stylesheet" href="/stream/stream.css"><script type="module" nonce="${nonce}" src="/stream/stream.js"></script></head>
<body class="stream-page">
<header>
  <div class="bar"><h1><a href="/">Stampline</a> stream</h1><span id="state" role="status">Connecting…</span>
    <button type="button" id="pause" aria-pressed="false" title="Key: p">Pause</button></div>
  <details id="more" open><summary>Filters</summary>
  <form id="filters" aria-label="Filters" autocomplete="off">
    <label>Project <input type="text" name="project" maxlength="100" spellcheck="false"></label>
    <label>Ticket <input type="text" name="ticket" maxlength="60" placeholder="TKT-1" spellcheck="false" title="Key: /"></label>
    <label>Kind <select name="kind"><option value="">all</option>${KINDS.map((kind) => `<option>${kind}</option>`).join('')}</select></label>
    <span class="choice" role="group" aria-label="Severity">Severity ${['info', 'warn', 'error'].map(severity).join('')}</span>
    <label title="Parts of what has a line of its own, such as the links of a new ticket"><input type="checkbox" name="detail"> details</label>
    <button type="reset">Clear</button>
  </form></details>
</header>
<main><p id="empty">Nothing yet.</p><ol id="events" class="events" reversed role="log" aria-live="off" aria-label="Events, newest first"></ol>
<noscript><p>This page follows the stream with JavaScript. Without it: <code>curl -N …/stream</code>.</p></noscript></main>
</body></html>
`;

@Injectable()
export class StreamPage {
  send(reply: FastifyReply): void {
    const page = pageWith(allowOwnScripts(reply));
    void reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page);
  }
}
