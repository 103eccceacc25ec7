/** As much of a JSON schema as tells which fields take any text. */
export interface FieldSchema {
  type?: string
  enum?: unknown[]
  const?: unknown
  pattern?: string
  format?: string
  maxLength?: number
  anyOf?: FieldSchema[]
  items?: FieldSchema
  properties?: Record<string, FieldSchema>
}

/** A field of a tool that takes any text: where it is among the arguments, and how much it takes. */
export interface TypedField {
  path: (string | 0)[]
  maxLength: number
}

const DEFAULT_LENGTH = 200
/** Texts of these names name things: what is not there is refused. */
const reference =
  /(^|_)(id|ids|ref|no|number|sku|skus|code|key|cursor|currency|country|region|handle|method|warehouse|lot|location|postcode|customer|account|subject|driver|tracking|serial|phone|email|uri|sha256|mime|coupon|category|name|from|to)$/

/** Every field of a tool's arguments that takes any text; in lists, that of the first member. */
export function typedFields(schema: FieldSchema, path: TypedField['path'] = []): TypedField[] {
  const alternatives = schema.anyOf ?? [schema]
  return alternatives.flatMap((one) => {
    if (one.items) return typedFields(one.items, [...path, 0])
    if (one.properties)
      return Object.entries(one.properties).flatMap(([name, field]) => typedFields(field, [...path, name]))
    if (one.type !== 'string' || one.enum || one.const !== undefined || one.pattern || one.format) return []
    const name = String(path.findLast((step) => typeof step === 'string') ?? '')
    return reference.test(name) ? [] : [{ path, maxLength: one.maxLength ?? DEFAULT_LENGTH }]
  })
}

/** The arguments with a text in one field; undefined when they have no place for it. */
export function withText(args: Record<string, unknown>, { path }: TypedField, text: string) {
  const copy = structuredClone(args)
  let place: unknown = copy
  for (const step of path.slice(0, -1)) {
    if (place === null || typeof place !== 'object') return undefined
    place = (place as Record<string | 0, unknown>)[step]
  }
  if (place === null || typeof place !== 'object') return undefined
  ;(place as Record<string | 0, unknown>)[path.at(-1) ?? ''] = text
  return copy
}
