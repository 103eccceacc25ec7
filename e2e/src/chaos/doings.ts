import type { Insisting, Intent, Outcome } from './insist.ts'

/** What one person does in one turn, each thing under a key that begins alike. */
export interface Doings {
  insist: Insisting
  who: string
  /** Begins every key of the turn. */
  prefix: string
}

/** One call in the shop, as the person; or what `more` says instead. */
export function act(
  { insist, who, prefix }: Doings,
  tool: string,
  args: object,
  more: Partial<Intent> = {},
): Promise<Outcome> {
  return insist({ domain: 'catshop', tool, args, who, key: `${prefix}-${tool}`, ...more })
}

/** Refused though nothing but an outage stood in the way: the turn cannot go on. */
export class Refused extends Error {
  constructor(tool: string, { code, message }: Extract<Outcome, { done: false }>) {
    super(`${tool} was refused: ${code}, ${message}`)
    this.name = 'Refused'
  }
}

/** The result of a call that nothing but an outage may keep from being done. @throws {Refused} */
// biome-ignore lint/suspicious/noExplicitAny: results of every tool.
export async function mustAct(doings: Doings, tool: string, args: object, more: Partial<Intent>): Promise<any> {
  const outcome = await act(doings, tool, args, more)
  if (!outcome.done) throw new Refused(tool, outcome)
  return outcome.body
}
