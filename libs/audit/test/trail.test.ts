import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type TestDatabase, testDatabase } from '@backroom/fleet-testing'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import {
  type ChainEnd,
  exportTrail,
  headFolder,
  openHead,
  type SignedHead,
  signHead,
  startSealer,
  verifyExport,
  verifyTrail,
} from '../src/index.ts'

const pathOf = (folder: string) => fileURLToPath(new URL(folder, import.meta.url))
const folders = [
  { prefix: 'service', path: pathOf('../../mcp-service/migrations') },
  { prefix: 'trail', path: pathOf('../migrations') },
]

type Db = Kysely<unknown>

const newDatabase = (template?: string) => testDatabase({ schema: 'wms', folders, ...(template ? { template } : {}) })

async function append(db: Db, tool: string, count = 1): Promise<void> {
  const row = {
    ...{ kind: 'effect', request_id: 'r', subject: 'staff-ops', client_id: 'test', tool, arguments_digest: 'ab' },
    ...{ arguments: { note: 'née "Katz" \u2028', amount: 1.5 }, outcome: { done: true } },
  }
  await sql`select append_audit(${JSON.stringify(Array(count).fill(row))}::jsonb)`.execute(db)
}

const seal = (db: Db, everything = false) => sql`select * from seal_audit(1000, ${everything})`.execute(db)

/** Statements of somebody who owns the tables and switches their protection off. */
async function tamper(database: TestDatabase, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: database.ownerUrl, options: '-c search_path=wms' })
  await client.connect()
  for (const statement of [
    'alter table audit disable trigger all',
    'alter table audit_seal disable trigger all',
    ...statements,
  ])
    await client.query(statement)
  await client.end()
}

describe('the chain of a trail', () => {
  let database: TestDatabase
  let db: Db
  before(async () => {
    database = await newDatabase()
    db = database.connect<unknown>().db
  })
  after(() => database.drop())

  it('takes rows in the order in which they become visible, and makes no writer wait', async () => {
    const slow = database.connect<unknown>(1).db
    const written = Promise.withResolvers<void>()
    const mayCommit = Promise.withResolvers<void>()
    const committed = slow.transaction().execute(async (transaction) => {
      await append(transaction, 'slow')
      written.resolve()
      await mayCommit.promise
    })
    await written.promise
    await append(db, 'quick')
    await seal(db)
    await append(db, 'after the seal')
    mayCommit.resolve()
    await committed
    await seal(db)
    const { rows } = await sql<{ tool: string }>`
      select tool from audit join audit_seal on audit_id = id order by position`.execute(db)
    assert.deepEqual(
      rows.map(({ tool }) => tool),
      ['quick', 'slow', 'after the seal'],
    )
    assert.deepEqual((await verifyTrail(db, 'wms')).findings, [])
  })

  it('is one chain, however many seal at once', async () => {
    await Promise.all([
      ...Array.from({ length: 10 }, () => append(db, 'many', 20)),
      ...Array.from({ length: 20 }, () => seal(db)),
    ])
    await seal(db)
    const { rows, findings } = await verifyTrail(db, 'wms')
    assert.deepEqual(findings, [])
    assert.equal(rows, 203)
  })

  it('is the same whatever the settings of the connection that looks', async () => {
    const elsewhere = database.connect<unknown>(1).db
    await sql`set timezone = 'Asia/Kathmandu'`.execute(elsewhere)
    await sql`set bytea_output = 'escape'`.execute(elsewhere)
    assert.deepEqual((await verifyTrail(elsewhere, 'wms')).findings, [])
    await append(elsewhere, 'from far away')
    await seal(elsewhere)
    assert.deepEqual((await verifyTrail(db, 'wms')).findings, [])
  })

  it('can be added to by the service through its functions, and in no other way', async () => {
    const denied = { code: '42501' }
    for (const statement of [
      `insert into audit_seal values (1000, 1000, '')`,
      `update audit_seal set hash = ''`,
      'delete from audit_seal',
      'truncate audit_seal',
      'alter table audit_seal disable trigger all',
    ])
      await assert.rejects(sql.raw(statement).execute(db), denied, statement)
    const own = database.connect<unknown>(1).db
    await sql`create temporary table audit (like audit including all)`.execute(own)
    await append(own, 'not diverted')
    const { rows } = await sql`select 1 from wms.audit where tool = 'not diverted'`.execute(db)
    assert.equal(rows.length, 1)
    await seal(db)
  })

  it('is closed by a sealer, which hands out where it ends', async () => {
    const ends: number[] = []
    const sealer = startSealer({
      db,
      keep: async ({ position }) => void ends.push(position),
      last: async () => undefined,
      onError: (error) => assert.fail(String(error)),
    })
    await append(db, 'sealed at last')
    await sealer.stop()
    const { rows, findings, end } = await verifyTrail(db, 'wms')
    assert.deepEqual(findings, [])
    assert.equal(end.position, rows)
    assert.equal(ends.at(-1), rows)
  })

  it('is not signed over where it does not hold the end that was signed before', async () => {
    const { end } = await verifyTrail(db, 'wms')
    const kept: number[] = []
    const errors: string[] = []
    const sealedAfter = async (last: ChainEnd) => {
      const sealer = startSealer({
        db,
        keep: async ({ position }) => void kept.push(position),
        last: async () => last,
        onError: (error) => errors.push(String(error)),
      })
      await sealer.stop()
    }
    await sealedAfter({ position: end.position + 5, hash: end.hash })
    await sealedAfter({ position: end.position, hash: 'ab'.repeat(32) })
    assert.deepEqual(kept, [])
    assert.equal(errors.length, 2)
    await sealedAfter(end)
    assert.deepEqual(kept, [end.position])
  })

  it('goes out as JSON Lines that prove themselves', async () => {
    const pages: string[] = []
    const count = await exportTrail(db, async (page) => void pages.push(page))
    const lines = pages.join('').trimEnd().split('\n')
    assert.equal(lines.length, count)
    const { entry } = JSON.parse(lines[0] ?? '')
    assert.equal(entry.arguments.note, 'née "Katz" \u2028')
    /** The file as it comes from a disk, in pieces that end anywhere. */
    async function* piecesOf(given: string[]) {
      const text = `${given.join('\n')}\n`
      for (let at = 0; at < text.length; at += 1_000) yield text.slice(at, at + 1_000)
    }
    const check = (given: string[]) => verifyExport('wms', piecesOf(given))
    assert.deepEqual(await check(lines), { rows: count, findings: [] })
    const [altered] = (await check(lines.with(1, lines[1]?.replace('staff-ops', 'staff-oops') ?? ''))).findings
    assert.equal(altered?.kind, 'altered')
    assert.equal(altered?.position, 2)
  })
})

describe('tampering', () => {
  let original: TestDatabase
  let folder: string
  let key: JWK
  let head: SignedHead
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backroom-heads-'))
    key = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)
    original = await newDatabase()
    const { db, close } = original.connect<unknown>()
    for (let round = 1; round <= 6; round++) {
      await append(db, `round ${round}`, 5)
      await seal(db)
    }
    const { end } = await verifyTrail(db, 'wms')
    const heads = headFolder(folder)
    assert.equal(await heads.read('wms'), undefined)
    await heads.write('wms', await signHead('wms', end, key))
    head = await openHead('wms', (await heads.read('wms')) ?? '', [key])
    assert.deepEqual((await verifyTrail(db, 'wms', head)).findings, [])
    await close()
  })
  after(async () => {
    await original.drop()
    await rm(folder, { recursive: true })
  })

  /** What a look at a copy finds after these statements. */
  const findingsAfter = async (...statements: string[]) => {
    const copy = await newDatabase(new URL(original.ownerUrl).pathname.slice(1))
    await tamper(copy, ...statements)
    const { findings } = await verifyTrail(copy.connect<unknown>().db, 'wms', head)
    await copy.drop()
    return findings.map(({ kind, position, auditId }) => [kind, position ?? auditId])
  }

  it('finds an altered row', async () => {
    assert.deepEqual(await findingsAfter(`update audit set subject = 'staff-nobody' where id = 7`), [['altered', 7]])
  })

  it('finds a deleted row, also when its seal went with it', async () => {
    assert.deepEqual(await findingsAfter('delete from audit where id = 7'), [['deleted', 7]])
    const both = ['delete from audit where id = 7', 'delete from audit_seal where audit_id = 7']
    assert.deepEqual(await findingsAfter(...both), [['deleted', 7]])
  })

  it('finds an inserted row, sealed or not', async () => {
    const insert = `insert into audit (kind, at, request_id, subject, client_id, tool, arguments_digest, arguments, outcome)
      select kind, at - interval '1 day', request_id, subject, client_id, tool, arguments_digest, arguments, outcome
      from audit where id = 7`
    assert.deepEqual(await findingsAfter(insert), [['unsealed', 31]])
    assert.deepEqual(await findingsAfter(insert, 'select seal_audit(10, true)'), [['inserted', 31]])
    const between = [
      insert,
      'update audit_seal set position = position + 1000 where position >= 8',
      'update audit_seal set position = position - 999 where position >= 1000',
      `insert into audit_seal values (8, 31, sha256('made up'))`,
    ]
    assert.deepEqual((await findingsAfter(...between)).slice(0, 1), [['inserted', 8]])
  })

  it('finds rows that changed places', async () => {
    const swap = [
      'update audit_seal set audit_id = -audit_id where audit_id in (7, 12)',
      'update audit_seal set audit_id = 19 + audit_id where audit_id < 0',
    ]
    assert.deepEqual(await findingsAfter(...swap), [
      ['reordered', 7],
      ['reordered', 12],
    ])
  })

  it('finds a cut-off end', async () => {
    const cut = ['delete from audit where id > 25', 'delete from audit_seal where position > 25']
    assert.deepEqual(await findingsAfter(...cut), [['cut_off', 26]])
    assert.deepEqual(await findingsAfter('truncate audit', 'truncate audit_seal'), [['cut_off', 1]])
  })

  it('finds a chain that was made anew', async () => {
    const anew = [
      `update audit set subject = 'staff-nobody' where id = 7`,
      'truncate audit_seal',
      'select seal_audit(1000, true)',
    ]
    assert.deepEqual(await findingsAfter(...anew), [['rewritten', 30]])
  })

  it('takes no signature but that of the service, for its own trail', async () => {
    const stranger = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)
    const end = { position: head.position, hash: head.hash }
    await assert.rejects(openHead('wms', await signHead('wms', end, stranger), [key]), /not signed by its service/)
    await assert.rejects(openHead('wms', await signHead('oms', end, key), [key]), /not signed by its service/)
  })

  it('is not possible by mistake, not even for the owner', async () => {
    const copy = await newDatabase(new URL(original.ownerUrl).pathname.slice(1))
    const client = new pg.Client({ connectionString: copy.ownerUrl, options: '-c search_path=wms' })
    await client.connect()
    for (const statement of ['update audit set tool = tool', 'delete from audit_seal', 'truncate audit'])
      await assert.rejects(client.query(statement), /only ever added to/)
    await client.end()
    await copy.drop()
  })
})
