import { marksIn } from './corpus.ts'

/** Where an injection text appeared that no field marks. */
export interface Sighting {
  mark: string
  /** Path of the member of the answer. */
  at: string
}

const ENDING = '_untrusted'

/** Injection texts in structured content outside of fields named `*_untrusted`. */
export function sightingsIn(value: unknown, at = '$'): Sighting[] {
  if (typeof value === 'string') return marksIn(value).map((mark) => ({ mark, at }))
  if (Array.isArray(value)) return value.flatMap((item) => sightingsIn(item, `${at}[]`))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, member]) => [
    ...marksIn(name).map((mark) => ({ mark, at: `${at}.(name)` })),
    ...(name.endsWith(ENDING) ? [] : sightingsIn(member, `${at}.${name}`)),
  ])
}

/** Injection texts in the text of a result outside of the marks that the result draws for itself. */
export function sightingsInText(text: string, at: string): Sighting[] {
  const nonces = new Set([...text.matchAll(/<untrusted-([0-9a-f]{12})>/g)].map(([, nonce]) => nonce))
  let rest = text
  for (const nonce of nonces) rest = rest.replace(new RegExp(`<untrusted-${nonce}>[^]*?</untrusted-${nonce}>`, 'g'), '')
  return marksIn(rest).map((mark) => ({ mark, at }))
}
