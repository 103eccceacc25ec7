import assert from 'node:assert/strict'
import { it } from 'node:test'
import { amountInWords } from '../src/approvals/amount-in-words.ts'
import { placeOf } from '../src/page-session/sign-in-routes.ts'

it('spells amounts out', () => {
  const words: [number, string, string][] = [
    [100, 'USD', 'one US dollar'],
    [123_456, 'USD', 'one thousand two hundred and thirty-four and 56/100 US dollars'],
    [1_000_000_00, 'EUR', 'one million euros'],
    [15, 'USD', 'zero and 15/100 US dollars'],
    [7_500, 'JPY', 'seven thousand five hundred Japanese yen'],
    [1_500, 'KWD', 'one and 500/1000 Kuwaiti dinars'],
    [-4_000, 'USD', 'minus forty US dollars'],
  ]
  for (const [minor, currency, expected] of words) assert.equal(amountInWords(minor, currency), expected)
})

it('sends nobody away from its own pages', () => {
  assert.equal(placeOf('/auth/approvals/wms/apr_1'), '/auth/approvals/wms/apr_1')
  for (const to of ['https://evil.example', '//evil.example', '/auth/../x', '/auth/\\evil', '/other', 7, undefined])
    assert.equal(placeOf(to), '/auth/approvals')
})
