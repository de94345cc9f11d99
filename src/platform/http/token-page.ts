// What a browser shows where a page needs a token: 401 for people. It has no form, since a token that is typed into pages ends
// up in histories and password managers.

export const TOKEN_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>A token is needed · Stampline</title></head>
<body>
<h1>This server asks for a token</h1>
<p>A browser sends none by itself. Whoever runs the server can open its pages: with <code>STAMPLINE_PUBLIC_READ=1</code> reading needs no token, or a proxy that knows its users adds the header.</p>
<p>Programs send <code>Authorization: Bearer stl_…</code>. On the command line, <code>stamp login</code> keeps a token, and <code>stamp list</code> and <code>stamp stream</code> show what the pages do.</p>
</body></html>
`;
