import fc from 'fast-check'
import { optional, values, words } from './hostile-text.ts'
import type { Knowledge, ParameterSchema } from './knowledge.ts'

/** Ids that exist, so that handlers and not only schemas are reached. */
const plausible = ['CAT-1001', 'CAT-1004', 'WH-1', 'WH-2', '1', '2', 'east', 'an order', 'found', 'RMA-1', 'ORD-2026-1']

/** Arguments that a tool's schema allows, more or less; now and then any other value in their place. */
export function hostileArguments(known: Knowledge, schema: ParameterSchema): fc.Arbitrary<unknown> {
  const word = words(known)
  const any = values(known)
  const text = fc.oneof({ arbitrary: fc.constantFrom(...plausible), weight: 3 }, word)
  const whole = fc.oneof({ arbitrary: fc.integer({ min: 1, max: 20 }), weight: 3 }, fc.integer(), fc.maxSafeInteger())
  const argument = (part: ParameterSchema): fc.Arbitrary<unknown> =>
    fc.oneof({ arbitrary: typed(part), weight: 20 }, any)
  const typed = (part: ParameterSchema): fc.Arbitrary<unknown> => {
    if (part.enum) return fc.constantFrom(...part.enum)
    if (part.anyOf) return fc.oneof(...part.anyOf.map(typed))
    if (part.type === 'string') return text
    if (part.type === 'integer') return whole
    if (part.type === 'boolean') return fc.boolean()
    if (part.type === 'array') return fc.array(argument(part.items ?? {}), { minLength: 1, maxLength: 2 })
    if (part.type !== 'object' || !part.properties) return any
    const members = Object.entries(part.properties).map(([name, member]) => {
      const given = argument(member)
      return [name, part.required?.includes(name) ? given : optional(given)] as const
    })
    return fc.record(Object.fromEntries(members))
  }
  return argument(schema)
}
