import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { awaitSchema, migrate, migrationFolders } from '@backroom/database'
import { testDatabase } from '@backroom/fleet-testing'

test('a schema that is up to date takes a new file of any of its folders', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'migrations-'))
  const folders = [
    { prefix: 'shared', path: await mkdtemp(join(parent, 'shared-')) },
    { prefix: 'catshop', path: await mkdtemp(join(parent, 'catshop-')) },
  ] as const
  await writeFile(join(folders[0].path, '0001_first.sql'), 'create table first ()')
  await writeFile(join(folders[1].path, '0001_own.sql'), 'create table own ()')
  const database = await testDatabase({ schema: 'catshop', folders: [...folders] })
  try {
    for (const [index, name] of ['later', 'last'].entries()) {
      await writeFile(join(folders[1 - index]?.path ?? '', `0002_${name}.sql`), `create table ${name} ()`)
      await migrate(database.ownerUrl, 'catshop', [...folders])
    }
    const { rows } = await database
      .connect()
      .pool.query("select relname from pg_class where relnamespace = 'catshop'::regnamespace and relkind = 'r'")
    for (const name of ['first', 'own', 'later', 'last'])
      assert.ok(
        rows.some(({ relname }) => relname === name),
        name,
      )
  } finally {
    await database.drop()
    await rm(parent, { recursive: true })
  }
})

test('an earlier release finds the tables of a later one, and leaves them', async () => {
  const path = await mkdtemp(join(tmpdir(), 'migrations-'))
  const folders = [{ prefix: 'catshop', path }]
  await writeFile(join(path, '0001_first.sql'), 'create table first ()')
  await writeFile(join(path, '0002_later.sql'), 'create table later ()')
  const database = await testDatabase({ schema: 'catshop', folders })
  try {
    await rm(join(path, '0002_later.sql'))
    await migrate(database.ownerUrl, 'catshop', folders)
    await database.connect().pool.query('select from later')
  } finally {
    await database.drop()
    await rm(path, { recursive: true })
  }
})

test('a server waits for the migration of its release, and says so once', async () => {
  const database = await testDatabase({ schema: 'catshop', folders: [] })
  const reasons: string[] = []
  try {
    const waiting = new Promise<void>((resolve) => {
      const started = awaitSchema(database.url, 'catshop', (reason) => {
        reasons.push(reason)
        resolve(migrate(database.ownerUrl, 'catshop', migrationFolders('catshop')).then(() => started))
      })
    })
    await waiting
    assert.equal(reasons.length, 1)
    assert.match(reasons[0] ?? '', /has not run yet, service_0001_\w+ is missing/)
  } finally {
    await database.drop()
  }
})
