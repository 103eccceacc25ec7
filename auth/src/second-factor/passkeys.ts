import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { type Kysely, sql } from 'kysely'
import type { AccountRow } from '../accounts/accounts.ts'
import type { AuthTables } from '../database-tables.ts'
import { stored } from '../storage-unavailable.ts'

/** A passkey as its owner sees it. */
export interface PasskeySummary {
  id: string
  name: string
  createdAt: Date
  lastUsedAt: Date | null
}

/** Passkeys (WebAuthn) of people, as a second factor beside the password. */
export interface Passkeys {
  list(sub: string): Promise<PasskeySummary[]>
  /** What the browser is asked, to make a new passkey. */
  creationOptions(account: AccountRow): Promise<Challenged>
  /** Keeps a passkey that the browser made for the challenge; false when it is not good. */
  add(
    account: AccountRow,
    passkey: { response: RegistrationResponseJSON; challenge: string; name: string },
  ): Promise<boolean>
  /** What the browser is asked, to prove with one of the person's passkeys. */
  requestOptions(sub: string): Promise<Challenged>
  /** Whether one of the person's passkeys signed the challenge. */
  accept(sub: string, proof: { response: AuthenticationResponseJSON; challenge: string }): Promise<boolean>
  remove(sub: string, id: string): Promise<void>
}

/** Options in the JSON form of WebAuthn. */
type Challenged = { challenge: string }

/** Passkeys that belong to the public address of this installation. */
export function createPasskeys(db: Kysely<AuthTables>, publicUrl: string): Passkeys {
  const { hostname: rpID, origin } = new URL(publicUrl)
  const expected = { expectedOrigin: origin, expectedRPID: rpID }
  const rowsOf = (sub: string) =>
    stored(db.selectFrom('passkey').selectAll().where('sub', '=', sub).orderBy('created_at').execute())
  const credentialsOf = async (sub: string) =>
    (await rowsOf(sub)).map(({ id, transports }) => ({ id, transports: transports as never[] }))

  return {
    list: async (sub) =>
      (await rowsOf(sub)).map(({ id, name, created_at, last_used_at }) => ({
        id,
        name,
        createdAt: created_at,
        lastUsedAt: last_used_at,
      })),

    creationOptions: async ({ sub, email, username }) =>
      generateRegistrationOptions({
        rpName: 'Backroom',
        rpID,
        userID: new TextEncoder().encode(sub),
        userName: email,
        userDisplayName: username,
        attestationType: 'none',
        excludeCredentials: await credentialsOf(sub),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      }),

    async add({ sub }, { response, challenge, name }) {
      const verified = await verifyRegistrationResponse({
        response,
        expectedChallenge: challenge,
        ...expected,
        requireUserVerification: false,
      }).catch(() => undefined)
      if (!verified?.verified) return false
      const { credential } = verified.registrationInfo
      const row = {
        id: credential.id,
        sub,
        public_key: Buffer.from(credential.publicKey),
        counter: credential.counter,
        transports: credential.transports ?? [],
        name,
      }
      const added = await stored(
        db
          .insertInto('passkey')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst(),
      )
      return (added.numInsertedOrUpdatedRows ?? 0n) > 0n
    },

    requestOptions: async (sub) =>
      generateAuthenticationOptions({
        rpID,
        allowCredentials: await credentialsOf(sub),
        userVerification: 'preferred',
      }),

    async accept(sub, { response, challenge }) {
      const known = (await rowsOf(sub)).find(({ id }) => id === response.id)
      if (!known) return false
      const credential = {
        id: known.id,
        publicKey: new Uint8Array(known.public_key),
        counter: known.counter,
        transports: known.transports as never[],
      }
      const verified = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        ...expected,
        credential,
        requireUserVerification: false,
      }).catch(() => undefined)
      if (!verified?.verified) return false
      const used = { counter: verified.authenticationInfo.newCounter, last_used_at: sql<Date>`now()` }
      await stored(db.updateTable('passkey').set(used).where('id', '=', known.id).execute())
      return true
    },

    async remove(sub, id) {
      await stored(db.deleteFrom('passkey').where('sub', '=', sub).where('id', '=', id).execute())
    },
  }
}
