// Writes docs/ERRORS.md (every code of src/platform/refusals/) and docs/EVENTS.md (every type of src/log/lines/event-types.ts).
// With --check fails when a checked-in one differs.
import '../test/setup/typescript.mjs';
import { ensureClientTypes } from './client-types.mjs';
import { keepGenerated } from './generated-file.mjs';

await ensureClientTypes();
const from = (file) => import(`../src/${file}.ts`);
const [{ REFUSALS }, { STATUS }, { exitOf }, { POLICIES }, { EVENT_TYPES, PARTS, RESOURCES, ROW_CHANGES }] =
  await Promise.all(
    [
      'platform/refusals/refusals',
      'platform/http/error-reply',
      'cli/shell/report-error',
      'promotion/policies',
      'log/lines/event-types',
    ].map(from),
  );

const ERRORS = `# Errors

Every refusal has a stable \`code\`. Programs decide by the status and the code; the text (\`error\`) is for people and may change.

\`\`\`json
{ "error": "TKT-7 is closed. Reopen it first: POST …/reopen/.", "code": "ticket.closed", "request_id": "req-…" }
\`\`\`

With \`Accept: application/problem+json\` the same comes as RFC 9457. Errors of fields have Tastypie's form, and the code \`body.invalid_field\`. A part of a body that has several is named by \`part\`. \`Retry-After\` says in how many seconds a repeat may succeed.

Where something can be done, \`next_actions\` lists it, and \`summary\` is the text without it. Each action has a \`label\` for people, a \`verb\` for programs, the request as \`method\`, \`href\`, \`body\` and \`if_match\` (the last two where it has them), the same as a \`command\` with curl, and in \`permission\` the scope that it takes. Verdicts of \`ticket/<id>/why/\` have the same.

Two statuses depend on where the request goes: import-map-deployer's addresses answer 400 for all that is wrong with a body, and an object of a list or bundle that does not exist is 400 there, not 404.

The column \`stamp\` is the command's exit code ([CLI.md](CLI.md)). This page is made from the code (\`node scripts/code-docs.mjs\`), and a code that isn't here doesn't compile.
`;

const MADE = [
  ['`<resource>.taken`', '409', '6', 'Another object has this value already, and it has to be unique.'],
  [
    '`<resource>.still_referenced`',
    '409',
    '6',
    'Other objects refer to this one. The message names the first of them.',
  ],
];

function rowOf([code, [kinds, about]]) {
  const statuses = [kinds].flat().map((kind) => STATUS[kind]);
  const exits = new Set(statuses.map((status) => exitOf({ status, code })));
  return [`\`${code}\``, statuses.join(', '), [...exits].join(', '), about];
}

const table = (heading, rows) =>
  [heading, heading.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const errors = Object.entries(REFUSALS).map(([title, codes]) => {
  const rows = [...Object.entries(codes).map(rowOf), ...(title === 'Lists and objects' ? MADE : [])];
  return `## ${title}\n\n${table(['code', 'status', '`stamp`', 'meaning'], rows)}`;
});

const own = POLICIES.flatMap(({ codes = {} }) => Object.entries(codes));
if (own.length > 0)
  errors.push(
    `## Policies\n\n${table(
      ['code', 'status', '`stamp`', 'meaning'],
      own.map(([code, about]) => [`\`${code}\``, '409', '3', about]),
    )}`,
  );

const EVENTS = `# Events

The events that the server itself writes to the stream ([STREAM.md](STREAM.md)), in \`/api/v1/event/\` and in the history of tickets. Clients can't post these types, or others with the same first word. Events from outside have other types: STREAM.md lists those that the server words itself.

A detail is part of a larger event that has its own line. \`/stream\` sends details only with \`detail=1\`, or where \`type=\` names them; a warning or an error is never a detail.

This page is made from the code (\`node scripts/code-docs.mjs\`), and a type that is missing here does not compile.
`;

const events = [
  table(
    ['type', 'severity', 'what it tells'],
    Object.entries(EVENT_TYPES).map(([type, [severity, about, detail]]) => [
      `\`${type}\``,
      severity,
      `${about}${detail ? ' A detail.' : ''}`,
    ]),
  ),
  `## Objects

${table(
  ['type', 'severity', 'what it tells'],
  Object.entries(ROW_CHANGES).map(([what, about]) => [`\`<resource>.${what}\``, 'info', about]),
)}

Of the resources ${RESOURCES.map((name) => `\`${name}\``).join(', ')}. What happens to ${PARTS.map((name) => `\`${name}\``).join(', ')} is a detail, and so is what a bundle makes beside its ticket.`,
];

for (const [name, parts] of [
  ['docs/ERRORS.md', [ERRORS, ...errors]],
  ['docs/EVENTS.md', [EVENTS, ...events]],
])
  keepGenerated(name, `${parts.map((part) => part.trim()).join('\n\n')}\n`, 'node scripts/code-docs.mjs');
