/** Ways to write a path that a router, a proxy and a person could read differently. */
const disguises: ((path: string) => string)[] = [
  (path) => path,
  (path) => path.toUpperCase(),
  (path) => path.replace('internal', 'Internal'),
  (path) => path.replace('internal', '%69nternal'),
  (path) => path.replace('internal', '%2569nternal'),
  (path) => `${path}/`,
  (path) => `${path}?since=0`,
  (path) => `${path};x=1`,
  (path) => `${path}#x`,
  (path) => `${path}%00`,
  (path) => `${path}%20`,
  (path) => `/${path}`,
  (path) => path.replaceAll('/', '//'),
  (path) => `/${path.slice(1).replaceAll('/', '\\')}`,
  (path) => path.replaceAll('/', '%2f').replace('%2f', '/'),
  (path) => path.replaceAll('/', '%5c').replace('%5c', '/'),
  (path) => `/.${path}`,
  (path) => `/%2e${path}`,
  (path) => `/..${path}`,
  (path) => `/auth/..${path}`,
  (path) => `/auth/%2e%2e${path}`,
  (path) => `/auth/%2E%2E${path}`,
  (path) => `/auth/.%2e${path}`,
  (path) => `/auth/..;${path}`,
  (path) => `/auth/..%2f${path.slice(1)}`,
  (path) => `/auth/%252e%252e${path}`,
  (path) => `/auth/interaction/..${path}`,
  (path) => `/auth/authorize/%2e%2e/%2e%2e${path}`,
  (path) => `/wms/mcp/..%2f..${path}`,
  (path) => `/wms/tools/..%2f..${path}`,
  (path) => `/wms/tools/%2e%2e%2f%2e%2e${path}`,
  (path) => `/wms/docs/../..${path}`,
  (path) => `/wms/docs/%2e%2e/%2e%2e${path}`,
  (path) => `/tools/..${path}`,
  (path) => `/.well-known/oauth-authorization-server/auth/../../..${path}`,
]

/** The path itself and every disguise of it. */
export function disguised(path: string): string[] {
  return [...new Set(disguises.map((disguise) => disguise(path)))]
}
