import { PUBLIC_URL } from '@backroom/fleet-testing'
import type { Ledger } from './start.ts'

/** The document that every challenge names. */
export const METADATA = `${PUBLIC_URL}/.well-known/oauth-protected-resource/wms/mcp`

/** A call that leaves an entry, if it is ever let through. */
export const ENTRY = { name: 'post_batched', arguments: { account: 'forged', amount: 1 } }

/** How many entries there are. */
export async function entries({ db }: Ledger): Promise<number> {
  return (await db.selectFrom('entry').selectAll().execute()).length
}
