import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { domainNames } from '@backroom/access'
import { startFleet, type TestFleet } from '@backroom/fleet-testing'

const run = promisify(execFile)
const command = fileURLToPath(new URL('../src/admin.ts', import.meta.url))

describe('npm run admin', () => {
  let fleet: TestFleet
  before(async () => {
    fleet = await startFleet()
  })
  after(() => fleet.stop())

  const admin = async (...args: string[]) =>
    run(process.execPath, [command, ...args], {
      env: { ...process.env, NO_COLOR: '1', BACKROOM_DATA: fleet.data, DATABASE_URL: '' },
      maxBuffer: 64 * 1024 * 1024,
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    )
  const callStatus = async (token: string, tool: string, args: object = {}) =>
    (
      await fetch(`${fleet.publicUrl}/wms/tools/${tool}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(args),
      })
    ).status

  it('sets up a client of a profile, freezes it for the whole fleet, and thaws it', async () => {
    const redirect = 'http://127.0.0.1/callback'
    const created = await admin('clients', 'create', '--profile', 'buyer', '--name', 'Agent', '--redirect', redirect)
    const clientId = /client_id +(\S+)/.exec(created.stdout)?.[1] ?? ''
    assert.match(clientId, /^buyer-/)
    assert.match(
      (await admin('clients', 'list')).stdout,
      new RegExp(`${clientId} +Agent +configured +buyer +0 .*active`),
    )
    const token = await fleet.token('buyer@example.com', 'wms')
    assert.equal(await callStatus(token, 'get_stock', { skus: [] }), 400)
    await admin('clients', 'freeze', 'probe', '--reason', 'to see it stop')
    for (let tries = 0; (await callStatus(token, 'get_stock', { skus: [] })) !== 401; tries++) {
      assert.ok(tries < 100, 'the client still gets in')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.match((await admin('clients', 'list')).stdout, /probe .*frozen .* by operator:\S+: to see it stop/)
    await admin('clients', 'thaw', 'probe')
    await fleet.token('buyer@example.com', 'wms')
  })

  it('says what is wrong, and how it is used', async () => {
    const unknown = await admin('clients', 'freeze', 'nobody', '--reason', 'x')
    assert.deepEqual([unknown.code, unknown.stdout], [1, ''])
    assert.match(unknown.stderr, /There is no client nobody/)
    for (const args of [[], ['clients'], ['clients', 'create', '--profile', 'king'], ['audit', 'verify', 'moon']]) {
      const { code, stderr } = await admin(...args)
      assert.equal(code, 1)
      assert.match(stderr, /Usage: npm run -s admin/)
    }
  })

  it('verifies the trails of all servers, exports one, and proves the export', async () => {
    const verified = await admin('audit', 'verify')
    assert.equal(verified.code, 0, verified.stdout)
    for (const trail of ['auth', ...domainNames]) assert.match(verified.stdout, new RegExp(`✓ ${trail}: \\d+ rows`))
    assert.match(verified.stdout, /✓ auth: \d+ rows, signed end at \d+/)
    const { stdout, stderr } = await admin('audit', 'export', 'auth')
    assert.match(stderr, new RegExp(`^${stdout.trimEnd().split('\n').length} rows of auth`))
    assert.ok(stdout.split('\n').some((line) => line.includes('"event": "client_frozen"')))
    const file = join(fleet.data, 'auth.jsonl')
    await writeFile(file, stdout)
    assert.equal((await admin('audit', 'check', 'auth', file)).code, 0)
    await writeFile(file, stdout.replace('"client_frozen"', '"client_thawed"'))
    const altered = await admin('audit', 'check', 'auth', file)
    assert.equal(altered.code, 1)
    assert.match(altered.stdout, /altered at position \d+/)
  })
})
