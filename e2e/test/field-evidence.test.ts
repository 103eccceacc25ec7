import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'field-evidence.md'), 'utf8')
const rows = page.split('\n').filter((line) => /^\| .*[#]\d/.test(line))
const named = /`([\w./-]+\.ts)` › “([^”]+)”/g

test('every report names its tests, and every named test exists', () => {
  assert.ok(rows.length >= 30, `${rows.length} rows`)
  for (const row of rows) {
    const tests = [...row.matchAll(named)]
    assert.ok(tests.length > 0, `no test is named in: ${row}`)
    for (const [, file = '', title = ''] of tests) {
      const source = readFileSync(join(root, file), 'utf8')
      assert.ok(source.includes(title), `${file} has no test “${title}”`)
    }
  }
})
