import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startFleet, type TestFleet } from '@backroom/fleet-testing'
import { runProbe } from './run-probe.ts'

describe('against a running fleet, the probe', () => {
  let fleet: TestFleet
  before(async () => {
    fleet = await startFleet({ only: ['gateway', 'auth', 'wms', 'catshop'] })
  })
  after(() => fleet.stop())

  for (const [domain, account] of [
    ['wms', 'ops@example.com'],
    ['catshop', 'demo1@example.com'],
  ] as const) {
    it(`signs in to ${domain} by OAuth and passes every check in both eras`, async () => {
      const { code, out, err } = await runProbe(domain, '--url', fleet.publicUrl, '--account', account, '--json')
      assert.equal(code, 0, out + err)
      const { eras } = JSON.parse(out)
      assert.deepEqual(
        eras.map((found: { protocol_version: string }) => found.protocol_version),
        ['2026-07-28', '2025-11-25'],
      )
      for (const { tools, checks } of eras) {
        assert.ok(tools.length > 0)
        assert.equal(checks.length, 3)
      }
    })
  }

  it('tells a person what it found, and takes a token made elsewhere', async () => {
    const token = await fleet.token('ops@example.com', 'wms')
    const { code, out } = await runProbe('wms', '--url', fleet.publicUrl, '--token', token, '--era', 'modern')
    assert.equal(code, 0, out)
    assert.match(out, /inventory.*protocol 2026-07-28/)
    assert.match(out, /create_reorder +Place a replenishment purchase order/)
    assert.match(out, /ok {2}read inventory:\/\/warehouse\/WH-2\/stock/)
    assert.match(out, /All 3 checks passed/)
  })

  it('ends with 3 and the words of the page when the password is wrong', async () => {
    const wrong = ['--account', 'ops@example.com', '--password', 'wrong']
    const { code, err } = await runProbe('wms', '--url', fleet.publicUrl, ...wrong)
    assert.equal(code, 3)
    assert.match(err, /password is not right/)
  })
})
