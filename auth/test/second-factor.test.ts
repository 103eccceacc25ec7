import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { connect } from '@backroom/database'
import fc from 'fast-check'
import type { AuthTables } from '../src/database-tables.ts'
import { createOneTimeCodes } from '../src/second-factor/one-time-codes.ts'
import { base32, codeAt, fromBase32, matchingStep, stepAt } from '../src/second-factor/totp.ts'
import { migratedDatabase } from './auth-under-test.ts'

describe('one-time codes', () => {
  it('are those of RFC 6238, appendix B', () => {
    const secret = Buffer.from('12345678901234567890')
    const expected = {
      59: '287082',
      1111111109: '081804',
      1111111111: '050471',
      1234567890: '005924',
      2000000000: '279037',
      20000000000: '353130',
    }
    for (const [second, code] of Object.entries(expected))
      assert.equal(codeAt(secret, stepAt(Number(second) * 1_000)), code)
  })

  it('count half a minute before and after, and no longer', () => {
    const secret = Buffer.alloc(20, 7)
    const now = 1_700_000_000_000
    for (const [offset, counts] of [
      [0, true],
      [-1, true],
      [1, true],
      [-2, false],
      [2, false],
    ] as const)
      assert.equal(matchingStep(secret, codeAt(secret, stepAt(now) + offset), now) !== undefined, counts)
    for (const typed of ['', '12345', 'abcdef', '1234567']) assert.equal(matchingStep(secret, typed, now), undefined)
  })

  it('come from secrets that survive being written for an app', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
        const secret = Buffer.from(bytes)
        assert.deepEqual(fromBase32(base32(secret)), secret)
      }),
    )
  })

  describe('of a person', () => {
    let database: Awaited<ReturnType<typeof migratedDatabase>>
    let connection: ReturnType<typeof connect<AuthTables>>
    before(async () => {
      database = await migratedDatabase()
      connection = connect<AuthTables>(database.url, { schema: 'auth' })
      await connection.db
        .insertInto('account')
        .values({ sub: 's', email: 'a@example.com', username: 'a', role: 'approver', password_hash: '' })
        .execute()
    })
    after(async () => {
      await connection.close()
      await database.drop()
    })

    it('count once, also when they are sent many times at once, and their secret is not in the database', async () => {
      const codes = createOneTimeCodes(connection.db, Buffer.alloc(32, 1).toString('base64url'))
      const secret = fromBase32(await codes.enroll('s'))
      const code = codeAt(secret, stepAt(Date.now()))
      const answers = await Promise.all(Array.from({ length: 8 }, () => codes.accept('s', code)))
      assert.equal(answers.filter(Boolean).length, 1)
      assert.equal(await codes.accept('s', '000000'), false)
      const [row] = await connection.db.selectFrom('one_time_code').select('secret').execute()
      assert.ok(row && !row.secret.includes(secret))
      const other = createOneTimeCodes(connection.db, Buffer.alloc(32, 2).toString('base64url'))
      await assert.rejects(other.accept('s', code), 'another installation cannot read it')
    })
  })
})
