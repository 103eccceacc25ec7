import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  domainNames,
  exchangedScopes,
  exchangeSources,
  isServiceCall,
  mayExchange,
  scopesOf,
  serviceCalls,
  serviceClientScopes,
} from '../src/index.ts'

const everyScope = domainNames.flatMap((domain) => scopesOf(domain))

test('the table names registered scopes of another domain, and no tool of a domain under two scopes for one caller', () => {
  const seen = new Set<string>()
  for (const { caller, scope, tools } of serviceCalls) {
    assert.ok(everyScope.includes(scope), scope)
    assert.ok(!scope.startsWith(`${caller}:`), `${caller} calls itself`)
    for (const tool of tools) {
      const name = `${caller} ${scope.split(':', 1)} ${tool}`
      assert.ok(!seen.has(name), name)
      seen.add(name)
    }
  }
})

test('a service holds the scopes of its own calls, and none that it uses on behalf of customers alone', () => {
  assert.deepEqual(serviceClientScopes('catshop').sort(), ['oms:checkout', 'wms:read'])
  assert.ok(serviceClientScopes('oms').includes('payments:capture'))
  for (const client of [...domainNames, 'auth', 'probe', '__proto__', '']) {
    for (const scope of serviceClientScopes(client)) {
      assert.ok(!scope.endsWith(':audit') && !scope.endsWith(':release_hold'), `${client} holds ${scope}`)
    }
  }
  assert.deepEqual(serviceClientScopes('probe'), [])
})

test('only the calls of the table are calls of a service', () => {
  assert.ok(isServiceCall('oms', 'wms', 'reserve_stock'))
  assert.ok(!isServiceCall('catshop', 'wms', 'reserve_stock'))
  assert.ok(!isServiceCall('oms', 'payments', 'release_hold'))
  assert.ok(!isServiceCall('probe', 'oms', 'cancel_order'))
})

test('an exchange gives scopes of its target, never more for less, and nothing outside the policy', () => {
  const Client = fc.constantFrom(...domainNames, 'probe', 'demo-login')
  const Domain = fc.constantFrom(...domainNames)
  const Scopes = fc.subarray([...everyScope, 'openid', 'oms', ':'])
  fc.assert(
    fc.property(Client, Domain, Domain, Scopes, Scopes, (client, source, target, some, others) => {
      const few = exchangedScopes(client, source, target, some)
      const more = exchangedScopes(client, source, target, [...some, ...others])
      assert.ok(few.every((scope) => more.includes(scope)))
      assert.ok(more.every((scope) => scope.startsWith(`${target}:`)))
      const isPermitted = mayExchange(client) && exchangeSources(client, target).includes(source)
      assert.ok(isPermitted || more.length === 0)
      if (!some.some((scope) => scope.startsWith(`${source}:`))) assert.deepEqual(few, [])
    }),
  )
})
