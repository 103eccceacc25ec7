import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, suite, test } from 'node:test'
import { newDataFolder, spawnStart, startFleet, type TestFleet } from '@backroom/fleet-testing'
import { isAlive, until } from './until.ts'

const only = ['auth', 'gateway', 'wms']

suite('a fleet with its own Postgres', () => {
  let data: string
  let fleet: TestFleet
  before(async () => {
    data = await newDataFolder()
    fleet = await startFleet({ only, ownPostgres: true, data })
  })
  after(async () => {
    await fleet.stop()
    await rm(data, { recursive: true })
  })

  const isReady = async (offset: number) => {
    const answer = await fetch(`http://127.0.0.1:${fleet.port + offset}/ready`).catch(() => undefined)
    return answer?.ok ?? false
  }

  test('prints where it is, how to connect and who can sign in', () => {
    const output = fleet.output()
    assert.match(output, new RegExp(`${fleet.publicUrl}/wms/mcp`))
    const configurations = output
      .split('\n')
      .filter((line) => line.includes('mcpServers'))
      .map((line) => JSON.parse(line))
    assert.equal(configurations[0].mcpServers.inventory.url, `${fleet.publicUrl}/wms/mcp`)
    assert.deepEqual(configurations[1].mcpServers.inventory.args.slice(-4), ['-s', 'stdio', '--', 'wms'])
    assert.match(output, /demo1@example\.com/)
    assert.doesNotMatch(output, /catshop/)
  })

  test('keeps secrets and state from other users', async () => {
    for (const name of await readdir(join(data, 'keys'))) {
      assert.equal((await stat(join(data, 'keys', name))).mode & 0o077, 0, name)
    }
    assert.equal((await stat(join(data, 'fleet.json'))).mode & 0o077, 0)
  })

  test('a second start in the same folder says that it runs', async () => {
    const { output, ended } = spawnStart({ args: [], environment: { BACKROOM_DATA: data, PORT: String(fleet.port) } })
    assert.equal(await ended, 1)
    assert.match(output(), new RegExp(`already runs from this folder at ${fleet.publicUrl}`))
  })

  test('stdio joins the running fleet, with nothing but the protocol on stdout', async () => {
    const entry = join(import.meta.dirname, '..', 'src', 'stdio.ts')
    const server = spawn(process.execPath, [entry, 'wms'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, BACKROOM_DATA: data, BACKROOM_STDIO_ACCOUNT: 'ops@example.com' },
    })
    const lines = createInterface({ input: server.stdout })
    const client = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } }
    server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: client })}\n`)
    const [line] = await once(lines, 'line')
    assert.equal(JSON.parse(line).result.serverInfo.name, 'inventory')
    server.stdin.end()
    const [code] = await once(server, 'exit')
    assert.equal(code, 0)
  })

  test('a killed process is named and comes back; the others live on', async () => {
    const before = { wms: fleet.pid('wms'), auth: fleet.pid('auth') }
    fleet.kill('wms')
    await until('wms is back', () => fleet.pid('wms') !== before.wms && fleet.output().includes('wms: healthy again'))
    assert.match(fleet.output(), /wms: stopped \(killed by SIGKILL\); starting it again/)
    assert.equal(fleet.pid('auth'), before.auth)
    assert.ok(await isReady(101))
  })

  test('a killed Postgres comes back, and with it the servers that hold a lock in it; the others live on', async () => {
    const before = { postgres: fleet.pid('postgres'), wms: fleet.pid('wms'), auth: fleet.pid('auth') }
    fleet.kill('postgres')
    await until('Postgres is back', () => fleet.pid('postgres') !== before.postgres)
    await until('wms was started again', () => fleet.pid('wms') !== before.wms)
    await until('auth and wms are ready', async () => (await isReady(100)) && (await isReady(101)))
    assert.equal(fleet.pid('auth'), before.auth)
  })

  test('Ctrl-C leaves no process', async () => {
    const pids = ['postgres', ...only].map((name) => fleet.pid(name))
    assert.equal(await fleet.stop(), 0)
    assert.deepEqual(pids.filter(isAlive), [])
    await assert.rejects(readFile(join(data, 'fleet.json')), { code: 'ENOENT' })
  })

  test('the data of a demo cannot become production', async () => {
    const production = startFleet({ only, ownPostgres: true, data, environment: { BACKROOM_PROFILE: 'production' } })
    await assert.rejects(production, /auth could not start: .*demo accounts/i)
  })

  test('the next start finds the data', async () => {
    fleet = await startFleet({ only, ownPostgres: true, data })
    assert.ok(await isReady(101))
    assert.doesNotMatch(await readFile(join(data, 'logs', 'postgres.log'), 'utf8'), /recovery/)
  })

  test('a killed supervisor leaves no server behind, and the next start recovers its Postgres', async () => {
    const pids = only.map((name) => fleet.pid(name))
    const orphan = fleet.pid('postgres')
    process.kill(fleet.supervisor.pid ?? 0, 'SIGKILL')
    await until('the servers have ended', () => !pids.some(isAlive))
    fleet = await startFleet({ only, ownPostgres: true, data })
    assert.ok(!isAlive(orphan))
    assert.ok(await isReady(101))
  })
})

suite('a fleet on the database of DATABASE_URL', () => {
  test('starts, signs a demo account in, and runs no Postgres of its own', async () => {
    const fleet = await startFleet({ only })
    try {
      const token = await fleet.token('ops@example.com', 'wms', 'wms:read')
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
      assert.equal(claims.aud, `${fleet.publicUrl}/wms/mcp`)
      assert.equal(claims.scope, 'wms:read')
      assert.throws(() => fleet.pid('postgres'))
    } finally {
      await fleet.stop()
    }
  })

  test('in production there is no demo account and no demo sign-in', async () => {
    const fleet = await startFleet({ only, environment: { BACKROOM_PROFILE: 'production' } })
    try {
      assert.doesNotMatch(fleet.output(), /demo1@example\.com|Demo123!/)
      const login = await fetch(`${fleet.publicUrl}/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'demo1@example.com', password: 'Demo123!' }),
      })
      assert.equal(login.status, 404)
      await assert.rejects(fleet.token('demo1@example.com', 'wms'))
    } finally {
      await fleet.stop()
    }
  })
})
