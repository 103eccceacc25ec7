import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { catshop } from '@backroom/catshop/service'
import { service as claims } from '@backroom/claims/service'
import { service as oms } from '@backroom/oms/service'
import { service as payments } from '@backroom/payments/service'
import { service as rma } from '@backroom/rma/service'
import { service as tms } from '@backroom/tms/service'
import { service as wms } from '@backroom/wms/service'

describe('docs/tools.md', () => {
  it('lists every tool with its scope, and no other', async () => {
    const text = await readFile(new URL('../../docs/tools.md', import.meta.url), 'utf8')
    for (const { domain, tools } of [catshop, claims, oms, payments, rma, tms, wms]) {
      const section = text.split(/^## /m).find((part) => part.startsWith(`${domain}:`)) ?? ''
      const rows = [...section.matchAll(/^\| `(\w+)`.*\| `?([\w:]+)`?(, services only)? *\|$/gm)]
      const documented = rows.map(([, name, scope, note]) => `${name} ${scope}${note ? ' service' : ''}`)
      const registered = tools.map(({ name, scope, serviceOnly }) => `${name} ${scope}${serviceOnly ? ' service' : ''}`)
      assert.deepEqual(documented.sort(), registered.sort(), domain)
    }
  })
})
