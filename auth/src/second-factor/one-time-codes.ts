import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { AuthTables } from '../database-tables.ts'
import { stored } from '../storage-unavailable.ts'
import { base32, matchingStep } from './totp.ts'

/** Codes of authenticator apps. */
export interface OneTimeCodes {
  /** Whether the person has such an app. */
  has(sub: string): Promise<boolean>
  /** Gives the person a secret, in the place of any earlier one; the answer is what the app is told. */
  enroll(sub: string, secret?: Buffer): Promise<string>
  /** Whether the code is right; a right code counts once. */
  accept(sub: string, typed: string): Promise<boolean>
}

const SECRET_BYTES = 20
const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/** Codes whose secrets are encrypted with a key of this installation, so that the database alone gives none away. */
export function createOneTimeCodes(db: Kysely<AuthTables>, pepper: string): OneTimeCodes {
  const key = Buffer.from(hkdfSync('sha256', Buffer.from(pepper, 'base64url'), '', 'one-time codes', 32))

  const secretOf = async (sub: string): Promise<Buffer | undefined> => {
    const row = await stored(db.selectFrom('one_time_code').select('secret').where('sub', '=', sub).executeTakeFirst())
    return row && decrypt(key, row.secret)
  }
  return {
    has: async (sub) => (await secretOf(sub)) !== undefined,

    async enroll(sub, secret = randomBytes(SECRET_BYTES)) {
      const row = { sub, secret: encrypt(key, secret), last_step: 0 }
      await stored(
        db
          .insertInto('one_time_code')
          .values(row)
          .onConflict((conflict) => conflict.column('sub').doUpdateSet(row))
          .execute(),
      )
      return base32(secret)
    },

    async accept(sub, typed) {
      const secret = await secretOf(sub)
      const step = secret && matchingStep(secret, typed)
      if (step === undefined) return false
      const { numUpdatedRows } = await stored(
        db
          .updateTable('one_time_code')
          .set({ last_step: step })
          .where('sub', '=', sub)
          .where('last_step', '<', sql<number>`${step}::bigint`)
          .executeTakeFirst(),
      )
      return numUpdatedRows > 0n
    },
  }
}

function encrypt(key: Buffer, secret: Buffer): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv)
  return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
}
