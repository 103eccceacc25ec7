import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { DomainName } from '@backroom/access'
import { type Connection, connect, type MigrationFolder, migrate, prepareSchema } from '@backroom/database'
import { schemasOf } from '@backroom/fleet'
import { migrateEngine } from '@backroom/workflows/migrate'
import { asOwner, inDatabase } from './as-owner.ts'
import { templateDatabase } from './template-database.ts'
import { TEST_PASSWORD, testServer } from './test-server.ts'

export interface TestDatabaseOptions {
  /** Schema and login role, for example `wms`. */
  schema: string
  /** Migration folders, in order. */
  folders: MigrationFolder[]
  /** Database of the same server to start from; by default an empty one. */
  template?: string
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

/** Creates a database and migrates one schema in it. */
export async function testDatabase({
  schema,
  folders,
  template = 'template1',
}: TestDatabaseOptions): Promise<TestDatabase> {
  const server = await testServer()
  const name = `test_${schema}_${randomBytes(6).toString('hex')}`
  await asOwner(server, (client) => client.query(`create database ${name} template ${template}`))
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

/** Creates the empty database of a domain with the migrations that a fleet runs; `own` takes the place of the domain's. */
export async function domainDatabase(domain: DomainName, own?: URL): Promise<TestDatabase> {
  const folders = schemasOf([domain]).flatMap(({ folders }) => folders)
  const replaced = folders.map((folder) =>
    own && folder.prefix === domain ? { ...folder, path: fileURLToPath(own) } : folder,
  )
  const database = await testDatabase({ schema: domain, folders: replaced, template: await engineTemplate(domain) })
  await migrateEngine(database.ownerUrl, domain)
  return database
}

/** A database with the tables of the workflow engine, which take half a second to make. */
function engineTemplate(domain: DomainName): Promise<string> {
  return templateDatabase(`engine_of_${domain}`, async (url) => {
    await prepareSchema(url, { schema: domain, password: TEST_PASSWORD })
    await migrateEngine(url, domain)
  })
}

function as(databaseUrl: string, role: string): string {
  const url = new URL(databaseUrl)
  url.username = role
  url.password = TEST_PASSWORD
  return url.href
}
