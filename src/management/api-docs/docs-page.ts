/** The page of the API's documentation: asks for a key, reads the document with it, and shows it by Swagger UI. */

export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tollgate API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<form id="open" style="max-width:40rem;margin:2rem auto;font-family:sans-serif">
<label for="key">Key, to read what this gateway serves</label><br>
<input id="key" type="password" autocomplete="off" required style="width:70%;padding:.5rem;margin:.5rem 0">
<button style="padding:.5rem 1rem">Open</button>
<p id="problem" role="alert" style="color:#b00020"></p>
</form>
<div id="ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** Keeps the key in memory alone, and sends it with every request that is tried out. */
export const docsScript = `'use strict';
const form = document.getElementById('open');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const key = document.getElementById('key').value.trim();
  const problem = document.getElementById('problem');
  problem.textContent = '';
  const answer = await fetch('openapi.json', { headers: { authorization: 'Bearer ' + key } });
  if (!answer.ok) {
    const body = await answer.json().catch(() => undefined);
    problem.textContent = body?.error?.message ?? 'The document could not be read: ' + answer.status;
    return;
  }
  const spec = await answer.json();
  form.remove();
  const ui = SwaggerUIBundle({
    spec,
    dom_id: '#ui',
    deepLinking: true,
    docExpansion: 'none',
    filter: true,
    onComplete: () => ui.preauthorizeApiKey('key', key),
  });
});
`;
