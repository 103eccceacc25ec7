import { PUBLIC_URL, startDomainService } from '@backroom/fleet-testing'
import { seedDemo } from '../src/seed/seed-demo.ts'
import { catshop } from '../src/service.ts'
import { type Visitor, visitor } from './visitor.ts'

/** The shop alone with its demo data, listening on loopback, in a database of its own; no other server answers it. */
export async function openShop() {
  const running = await startDomainService({ service: catshop, seed: seedDemo })
  return {
    db: running.db,
    /** Customer `demo<number>` with `cust-00<number>`. */
    demo: (number: number, scope?: string): Visitor => visitor(running, running.tokenOf(`demo${number}`, scope)),
    /** A customer whom the shop has never seen. */
    newcomer(name: string): Visitor {
      const claims = { sub: `cust-${name}`, customer_id: `cust-${name}`, username: name, scope: 'catshop:write' }
      return visitor(running, running.authority.sign({ aud: `${PUBLIC_URL}/catshop/mcp`, ...claims }))
    },
    staff: (): Visitor => visitor(running, running.tokenOf('support', 'catshop:read catshop:write')),
    /** Nobody in particular, without a token. */
    passerby: (): Visitor => visitor(running),
    close: () => running.stop(),
  }
}

export type Shop = Awaited<ReturnType<typeof openShop>>
