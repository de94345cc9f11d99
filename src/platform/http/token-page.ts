// What a browser shows where a page needs a token: 401 for people. It has no form, since a token that is typed into pages ends
// up in histories and password managers.

export const TOKEN_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>A token is needed · Stampline</title></head>
<body>
<h1>This server requires a token</h1>
<p>A browser does not send one by itself. The operator of the server can open its pages: set <code>STAMPLINE_PUBLIC_READ=1</code> to allow reading without a token, or have a proxy that authenticates users add the header.</p>
<p>Programs send <code>Authorization: Bearer stl_…</code>. On the command line, <code>stamp login</code> stores a token, and <code>stamp list</code> and <code>stamp stream</code> show what the pages show.</p>
</body></html>
`;
