import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import type { AuthTables } from '../src/database-tables.ts'
import { sweep } from '../src/sweep.ts'
import { openApp } from './app-session.ts'
import { type AuthUnderTest, startAuth } from './auth-under-test.ts'

describe('sweeping', () => {
  let auth: AuthUnderTest
  let owner: pg.Client
  before(async () => {
    auth = await startAuth()
    owner = new pg.Client({ connectionString: auth.database.ownerUrl })
    await owner.connect()
  })
  after(async () => {
    await owner.end()
    await auth.stop()
  })

  it('forgets expired records and apps that nobody used for 30 days, keeps apps in use', async () => {
    const { db } = auth.database.connect<AuthTables>()
    const [used, idle, fresh] = [await openApp(auth), await openApp(auth), await openApp(auth)]
    const tokens = (await (await used.redeem(await used.code('wms:read'))).json()) as { refresh_token: string }
    await owner.query(
      `update auth.provider_record set created_at = now() - interval '31 days'
       where model = 'Client' and payload->>'client_id' = any($1)`,
      [[used.clientId, idle.clientId]],
    )
    await owner.query(`update auth.provider_record set expires_at = now() - interval '1 s' where model = 'Session'`)
    await sweep(db)
    const { rows } = await owner.query(
      `select model, coalesce(payload->>'client_id', client_id) as client from auth.provider_record
       where model = any(array['Client', 'RegistrationAccessToken', 'Session'])`,
    )
    const left = (model: string) => rows.filter((row) => row.model === model).map(({ client }) => client)
    assert.deepEqual(left('Client').sort(), [used.clientId, fresh.clientId].sort())
    assert.deepEqual(left('RegistrationAccessToken').sort(), [used.clientId, fresh.clientId].sort())
    assert.deepEqual(left('Session'), [])
    assert.equal((await used.refresh(tokens.refresh_token)).status, 200)
  })
})
