import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { resourceUrl } from '@backroom/access'
import { type DomainService, PUBLIC_URL, startDomainService } from '@backroom/fleet-testing'
import type { Tables } from '../src/database-tables.ts'
import { service } from '../src/service.ts'

describe('a change of payments', () => {
  let payments: DomainService<Tables>
  before(async () => {
    payments = await startDomainService<Tables>({ service })
  })
  after(() => payments.stop())

  const tokenOf = (gid: string) =>
    payments.authority.sign({
      aud: resourceUrl(PUBLIC_URL, 'payments'),
      ...{ sub: 'staff-finance', role: 'finance', gid, scope: 'payments:read payments:hold' },
    })
  /** Status of a change that is wanted over REST and over MCP; its arguments are not good, so that it changes nothing. */
  const statusesOfChange = async (token: string) => {
    const overRest = await payments.rest('place_hold', {}, { token })
    const overMcp = await payments.call('place_hold', {}, { token }).then(
      ({ structuredContent }) => structuredContent.code,
      (error: Error) => Number(/answered (\d+)/.exec(error.message)?.[1]),
    )
    return [overRest.status, overMcp]
  }

  it('is refused at once when the grant was revoked, before the list of revocations is fetched again', async () => {
    const token = await tokenOf('ending')
    assert.deepEqual(await statusesOfChange(token), [400, 'invalid_argument'])
    payments.authority.revoke('gid', 'ending')
    assert.deepEqual(await statusesOfChange(token), [401, 401])
  })

  it('waits while auth does not answer, and reads go on', async () => {
    const token = await tokenOf('waiting')
    assert.equal((await payments.rest('list_holds', {}, { token })).status, 200)
    await payments.authority.close()
    assert.deepEqual(await statusesOfChange(token), [503, 503])
    assert.equal((await payments.rest('list_holds', {}, { token })).status, 200)
  })
})
