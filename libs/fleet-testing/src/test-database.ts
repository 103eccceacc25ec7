import { randomBytes } from 'node:crypto'
import { type Connection, connect, type MigrationFolder, migrate, prepareSchema } from '@backroom/database'
import { asOwner, inDatabase } from './as-owner.ts'
import { TEST_PASSWORD, testServer } from './test-server.ts'

export interface TestDatabaseOptions {
  /** Schema and login role, for example `wms`. */
  schema: string
  /** Migration folders, in order. */
  folders: MigrationFolder[]
}

/** A database of one test file, on a real Postgres. */
export interface TestDatabase {
  /** URL of the owner, who may do everything. */
  ownerUrl: string
  /** URL of the service's own login role. */
  url: string
  /** Opens a pool as the service's own role; `drop` closes it. */
  connect<Schema>(poolSize?: number): Connection<Schema>
  drop(): Promise<void>
}

/** Creates an empty database and migrates one schema in it. */
export async function testDatabase({ schema, folders }: TestDatabaseOptions): Promise<TestDatabase> {
  const server = await testServer()
  const name = `test_${schema}_${randomBytes(6).toString('hex')}`
  await asOwner(server, (client) => client.query(`create database ${name}`))
  const ownerUrl = inDatabase(server, name)
  await prepareSchema(ownerUrl, { schema, password: TEST_PASSWORD })
  await migrate(ownerUrl, schema, folders)
  const url = as(ownerUrl, schema)
  const open: Connection<never>[] = []
  return {
    ownerUrl,
    url,
    connect: <Schema>(poolSize?: number) => {
      const connection = connect<Schema>(url, { schema, ...(poolSize ? { poolSize } : {}) })
      open.push(connection as unknown as Connection<never>)
      return connection
    },
    async drop() {
      await Promise.all(open.map((connection) => connection.close()))
      await asOwner(server, (client) => client.query(`drop database ${name} with (force)`))
    },
  }
}

function as(databaseUrl: string, role: string): string {
  const url = new URL(databaseUrl)
  url.username = role
  url.password = TEST_PASSWORD
  return url.href
}
