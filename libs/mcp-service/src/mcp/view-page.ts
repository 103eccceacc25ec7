import { readFileSync } from 'node:fs'
import { APP_MIME_TYPE, type ResourceDefinition } from '../define.ts'

/** A page that a host shows beside the result of a tool (MCP Apps): it shows and links, and never acts. */
export interface ViewPage {
  /** `ui://` and a path. */
  uri: `ui://${string}`
  name: string
  title: string
  description: string
  scope: ResourceDefinition<unknown>['scope']
  /** Script of the page; beside its own names it has those of `views/view.js`. */
  script: URL
}

const folder = new URL('../../views/', import.meta.url)
const textOf = (url: URL) => readFileSync(url, 'utf8')

/** The page as a resource: one document with everything in it, which loads nothing and may be loaded from nowhere else. */
export function viewPage({ uri, name, title, description, scope, script }: ViewPage): ResourceDefinition<unknown> {
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><style>${textOf(new URL('view.css', folder))}</style></head>
<body><main></main><script>${textOf(new URL('view.js', folder))}\n${textOf(script)}</script></body>
</html>
`
  return { name, title, description, uri, mimeType: APP_MIME_TYPE, scope, read: () => html }
}
