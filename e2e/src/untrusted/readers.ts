import type { DomainName } from '@backroom/access'
import type { PlainCalls } from '../plain-calls.ts'
import { marksIn } from './corpus.ts'
import { type Sighting, sightingsIn, sightingsInText } from './sightings.ts'
import type { FieldSchema } from './typed-fields.ts'

/** Values that were seen under a name in arguments and answers. */
export interface KnownValues {
  note(answer: unknown): void
  of(name: string): string[]
}

const MOST_KEPT = 15
const MOST_TRIED = 8

/** Remembers ids, numbers and references by the names of their fields, each with its first values. */
export function knownValues(): KnownValues {
  const values = new Map<string, Set<string>>()
  const note = (value: unknown, name = '') => {
    if (Array.isArray(value)) for (const item of value) note(item, name)
    else if (value !== null && typeof value === 'object')
      for (const [member, inner] of Object.entries(value)) note(inner, member)
    else if (typeof value === 'string' && value.length <= 64 && marksIn(value).length === 0) {
      const known = values.get(name) ?? new Set()
      values.set(name, known)
      if (known.size < MOST_KEPT) known.add(value)
    }
  }
  return { note: (answer) => note(answer), of: (name) => [...(values.get(name) ?? [])] }
}

interface ToolListing {
  name: string
  inputSchema: FieldSchema & { required?: string[] }
  annotations: { readOnlyHint: boolean }
}

/** Somebody who reads everything that a token shows at a server, and notes where injection texts appear. */
export interface Reader {
  calls: PlainCalls
  domain: DomainName
  token: string
  values: KnownValues
}

/** Reads with every tool, resource and prompt; answers with every unmarked sighting and how many marks were seen at all. */
export async function readEverything(reader: Reader): Promise<{ sightings: Sighting[]; seen: Set<string> }> {
  const sightings: Sighting[] = []
  const seen = new Set<string>()
  const look = (found: Sighting[], answer: unknown) => {
    sightings.push(...found)
    for (const mark of marksIn(JSON.stringify(answer) ?? '')) seen.add(mark)
    reader.values.note(answer)
  }
  await readTools(reader, look)
  await readResources(reader, look)
  await readPrompts(reader, look)
  return { sightings, seen }
}

type Look = (found: Sighting[], answer: unknown) => void

async function readTools({ calls, domain, token, values }: Reader, look: Look): Promise<void> {
  const { body } = await calls.mcp(domain, token, 'tools/list')
  const tools = (body.result.tools as ToolListing[]).filter(({ annotations }) => annotations.readOnlyHint)
  // Lists first: they tell the ids that the others ask for.
  tools.sort((a, b) => (a.inputSchema.required?.length ?? 0) - (b.inputSchema.required?.length ?? 0))
  for (const { name, inputSchema } of tools) {
    for (const args of argumentsFor(inputSchema, values)) {
      const answer = await calls.mcp(domain, token, 'tools/call', { name, arguments: args })
      const result = answer.body?.result
      if (!result) continue
      const at = `${domain}.${name}`
      look(
        [
          ...sightingsIn(result.structuredContent, at),
          ...result.content.flatMap(({ text = '' }: { text?: string }) => sightingsInText(text, `${at} (text)`)),
        ],
        result.structuredContent,
      )
    }
  }
}

async function readResources({ calls, domain, token, values }: Reader, look: Look): Promise<void> {
  const fixed = (await calls.mcp(domain, token, 'resources/list')).body.result.resources as { uri: string }[]
  const templates = (await calls.mcp(domain, token, 'resources/templates/list')).body.result.resourceTemplates as {
    uriTemplate: string
  }[]
  const uris = [...fixed.map(({ uri }) => uri), ...templates.flatMap(({ uriTemplate }) => urisOf(uriTemplate, values))]
  for (const uri of uris) {
    const { body } = await calls.mcp(domain, token, 'resources/read', { uri })
    for (const { text = '' } of body?.result?.contents ?? []) look(sightingsOfJson(text, uri), text)
  }
}

async function readPrompts({ calls, domain, token, values }: Reader, look: Look): Promise<void> {
  const { body } = await calls.mcp(domain, token, 'prompts/list')
  for (const { name, arguments: declared = [] } of body.result.prompts as {
    name: string
    arguments?: { name: string; required?: boolean }[]
  }[]) {
    const args = Object.fromEntries(
      declared.flatMap((one) => {
        const [value] = valuesFor(one.name, values)
        return value === undefined ? [] : [[one.name, value]]
      }),
    )
    const answer = await calls.mcp(domain, token, 'prompts/get', { name, arguments: args })
    for (const { content } of answer.body?.result?.messages ?? []) {
      const text: string = content.text ?? content.resource?.text ?? ''
      look(sightingsOfJson(text, `${domain} prompt ${name}`), text)
    }
  }
}

/** Sets of arguments by which a tool is called: nothing but what it needs, with every value known for the first of these. */
function argumentsFor({ required = [], properties = {} }: ToolListing['inputSchema'], values: KnownValues) {
  const more = properties.verbosity ? { verbosity: 'full' } : {}
  const paged = properties.limit ? { limit: 100 } : {}
  const included = properties.include?.items?.enum ? { include: properties.include.items.enum } : {}
  const base = { ...more, ...paged, ...included }
  const [first, ...others] = required
  if (first === undefined) return [base, ...optionalIds(properties, values).map((args) => ({ ...base, ...args }))]
  const rest = Object.fromEntries(
    others.map((name) => [name, asArgument(properties[name], valuesFor(name, values)[0])]),
  )
  return valuesFor(first, values).map((value) => ({ ...base, ...rest, [first]: asArgument(properties[first], value) }))
}

/** Some tools take one of several ids, none of which is required. */
function optionalIds(properties: Record<string, FieldSchema>, values: KnownValues): Record<string, unknown>[] {
  return Object.entries(properties)
    .filter(([name, { type }]) => type === 'string' && /_(id|number|no|ref)$/.test(name))
    .flatMap(([name]) =>
      valuesFor(name, values)
        .slice(0, MOST_TRIED)
        .map((value) => ({ [name]: value })),
    )
}

function asArgument(schema: FieldSchema | undefined, value: string | undefined): unknown {
  return schema?.items ? [value] : value
}

function valuesFor(name: string, values: KnownValues): string[] {
  const singular = name.replace(/s$/, '')
  const names = [name, singular, `${singular}_id`, name.replace(/_id$/, '_number'), name.replace(/_(id|number)$/, '')]
  return [...new Set(names.flatMap((one) => values.of(one)))].slice(0, MOST_KEPT)
}

function urisOf(template: string, values: KnownValues): string[] {
  const [, path = template] = /^(.*?)(?:\{\?[\w,]+\})?$/.exec(template) ?? []
  const [, kind = '', name = ''] = /([\w-]+)\/\{(\w+)\}/.exec(path) ?? []
  const candidates = name === 'id' ? [`${kind}_id`, `${kind}_number`, kind] : [name, `${name}_id`]
  const found = [...new Set(candidates.flatMap((one) => values.of(one)))].slice(0, MOST_TRIED)
  return found.map((value) => path.replace(/\{\w+\}/, encodeURIComponent(value))).filter((uri) => !uri.includes('{'))
}

function sightingsOfJson(text: string, at: string): Sighting[] {
  try {
    return sightingsIn(JSON.parse(text), at)
  } catch {
    // Prose, or a file of another form: nothing in it is a field that could be marked.
    return sightingsIn(text, at)
  }
}
