import { asOwner, inDatabase } from './as-owner.ts'
import { testServer } from './test-server.ts'

/** Name of a database that others begin as copies of; made once a server, under a lock, whoever needs it first. */
export async function templateDatabase(name: string, make: (ownerUrl: string) => Promise<void>): Promise<string> {
  const server = await testServer()
  await asOwner(server, async (client) => {
    await client.query('select pg_advisory_lock(hashtext($1))', [name])
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount) return
    const draft = `${name}_draft`
    await client.query(`drop database if exists ${draft} with (force)`)
    await client.query(`create database ${draft}`)
    await make(inDatabase(server, draft))
    await client.query(`alter database ${draft} rename to ${name}`)
  })
  return name
}
