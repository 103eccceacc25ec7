import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DomainName } from '@backroom/access'
import { testRepetition } from '../src/matrix/repetition.ts'
import { rowsOf, writeTools } from '../src/matrix/tools.ts'

test('every write tool of every server has a row, and every row a tool', () => {
  const named = (domain: DomainName, name: string) => `${domain}.${name}`
  assert.deepEqual(
    rowsOf()
      .map(({ domain, tool }) => named(domain, tool))
      .sort(),
    writeTools.map(({ domain, tool }) => named(domain, tool.name)).sort(),
  )
})

test('tools that act again when they are repeated without a key say so', () => {
  for (const { tool } of writeTools) {
    if (tool.repeat !== 'additive') continue
    assert.match(tool.description, /each call|adds twice/i, `${tool.name}: ${tool.description}`)
  }
})

testRepetition(rowsOf('wms', 'oms', 'payments', 'catshop'))
