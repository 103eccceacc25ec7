import { randomUUID } from 'node:crypto'
import type { DomainName } from '@backroom/access'
import type { Retail, Who } from '../retail/retail.ts'

export type Args = Record<string, unknown>

/** How one write tool is repeated: by whom, with which arguments, and what would be another intent. */
export interface Row {
  domain: DomainName
  tool: string
  as: Who
  /** Makes what the call needs and answers with arguments that nobody has used. */
  args(retail: Retail): Promise<Args>
  /** The same call with something else in it. */
  changed(args: Args): Args
  /** Every such call waits for a person, whatever the rules of the domain say, and nobody decides here. */
  waits?: boolean
  /**
   * What a repetition without a key may write all the same, since it moves nothing: proposals that expire, the time of a
   * look. Names of tables, or of columns as `table.column`.
   */
  rewrites?: readonly string[]
  /** What calls that come at once may each be told: which of them was the first. */
  varies?: string
}

/** A reference that nobody has used. */
export const fresh = (prefix: string) => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 26)}`

/** Another text in one argument. */
export const otherText = (name: string) => (args: Args) => ({ ...args, [name]: `${args[name]} (changed)` })

/** Another number in one argument. */
export const oneMore = (name: string) => (args: Args) => ({ ...args, [name]: Number(args[name]) + 1 })
