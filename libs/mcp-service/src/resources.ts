import type { Caller } from './caller.ts'
import { APP_MIME_TYPE, type Resource, type UriVariables } from './define.ts'
import { BusinessError } from './errors.ts'

/** A resource with the pattern that recognises its URIs, built once at start. */
export interface CompiledResource {
  resource: Resource
  isTemplate: boolean
  /** Variables of a URI of this resource; undefined when the URI is another's. */
  match(uri: string): UriVariables | undefined
}

/** Compiles URIs and templates of the form `scheme://a/{b}/c{?d,e}`. */
export function compileResources(resources: readonly Resource[]): CompiledResource[] {
  return resources.map((resource) => ({
    resource,
    isTemplate: resource.uri.includes('{'),
    match: matcherOf(resource.uri),
  }))
}

/** No text of ours holds the NUL character, and Postgres refuses it. */
const nul = /%00|\0/

function matcherOf(template: string): CompiledResource['match'] {
  const [, path = template, queryNames] = /^(.*?)(?:\{\?([\w,]+)\})?$/.exec(template) ?? []
  const names: string[] = []
  const pattern = path.replace(/\{(\w+)\}|([^{}]+)/g, (_, name?: string, literal?: string) => {
    if (!name) return (literal ?? '').replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    names.push(name)
    return '([^/?#]+)'
  })
  const form = new RegExp(`^${pattern}$`)
  const allowed = new Set(queryNames?.split(','))
  return (uri) => {
    const [base = '', query] = uri.split('?', 2)
    const values = form.exec(base)
    if (values && nul.test(uri)) throw brokenEscape()
    if (!values || (query !== undefined && allowed.size === 0)) return undefined
    const variables: UriVariables = {}
    for (const [index, name] of names.entries()) variables[name] = decode(values[index + 1] ?? '')
    for (const [name, value] of new URLSearchParams(query)) {
      if (!allowed.has(name)) throw unknownParameter(name, allowed)
      variables[name] = value
    }
    return variables
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw brokenEscape()
  }
}

function brokenEscape(): BusinessError {
  return new BusinessError('invalid_argument', 'The URI has a broken percent escape.')
}

function unknownParameter(name: string, allowed: Set<string>): BusinessError {
  return new BusinessError(
    'invalid_argument',
    `The URI has an unknown parameter ${name}. It takes ${[...allowed].join(', ')}.`,
  )
}

/** The resource that a URI belongs to, with its variables. */
export function findResource(
  resources: readonly CompiledResource[],
  uri: string,
): { compiled: CompiledResource; variables: UriVariables } | undefined {
  for (const compiled of resources) {
    const variables = compiled.match(uri)
    if (variables) return { compiled, variables }
  }
  return undefined
}

/** Whether a caller may read a resource. */
export function mayRead(caller: Caller, { scope }: Resource): boolean {
  return scope === 'public' || caller.scopes.has(scope)
}

/** A resource as listed: `uri` for a fixed one, `uriTemplate` for a template. */
export function listingOf({ resource, isTemplate }: CompiledResource) {
  const { name, title, description, uri, mimeType = 'application/json' } = resource
  const listing = { name, ...(title ? { title } : {}), description, mimeType, ...frameOf(mimeType) }
  return { ...listing, ...(isTemplate ? { uriTemplate: uri } : { uri }) }
}

/** What was read, in the form of MCP resource contents. */
export function contentsOf(uri: string, { mimeType = 'application/json' }: Resource, value: unknown) {
  if (value instanceof Uint8Array) return { uri, mimeType, blob: Buffer.from(value).toString('base64') }
  return { uri, mimeType, text: typeof value === 'string' ? value : JSON.stringify(value), ...frameOf(mimeType) }
}

/** How hosts frame a page: it asks for no address but theirs, so that nothing has to be allowed. */
function frameOf(mimeType: string) {
  return mimeType === APP_MIME_TYPE ? { _meta: { ui: { prefersBorder: true } } } : {}
}
