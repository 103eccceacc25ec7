import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, isConnectionLoss } from '@backroom/database'
import { freePort, testDatabase } from '@backroom/fleet-testing'

test('a database that is out of reach is told from one that refuses', async () => {
  const database = await testDatabase({ schema: 'catshop', folders: [] })
  try {
    assert.equal(isConnectionLoss(await errorOf(`postgres://shop@127.0.0.1:${await freePort()}/shop`)), true)
    assert.equal(isConnectionLoss(await errorOf('postgres://shop@no-such-host.invalid/shop')), true)
    assert.equal(isConnectionLoss(await errorOf(database.url, 'select pg_terminate_backend(pg_backend_pid())')), true)
    assert.equal(isConnectionLoss(await errorOf(database.url, 'select nothing')), false)
  } finally {
    await database.drop()
  }
})

async function errorOf(url: string, statement = 'select 1'): Promise<unknown> {
  const connection = connect(url, { schema: 'catshop' })
  try {
    return await connection.pool.query(statement)
  } catch (error) {
    return error
  } finally {
    await connection.close()
  }
}
