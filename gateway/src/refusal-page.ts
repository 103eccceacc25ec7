import type { Refusal } from './refusal.ts'

/** For people whose browser was refused: the same words on a page of ours. Loads nothing but our style sheet. */
export function refusalPage({ message }: Refusal): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>That did not work · Backroom</title>
  <link rel="icon" href="/favicon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/index.css">
</head>
<body>
  <p class="name"><img src="/favicon.svg" alt="" width="28" height="28"> Backroom</p>
  <main>
    <h1>That did not work</h1>
    <p class="lead">${escapeHtml(message)}</p>
  </main>
</body>
</html>
`
}

/** Keeps a page from loading or doing anything beyond our style sheet and icon. */
export const refusalPagePolicy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
