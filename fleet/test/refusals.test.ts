import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { freeBlock, newDataFolder, spawnStart } from '@backroom/fleet-testing'

suite('what npm start says when it cannot start', () => {
  let data: string
  before(async () => {
    data = await newDataFolder()
  })
  after(() => rm(data, { recursive: true }))

  const start = async (args: string[], environment: Record<string, string> = {}) => {
    const { output, ended } = spawnStart({
      args,
      environment: { PORT: String(await freeBlock()), BACKROOM_DATA: data, DATABASE_URL: '', ...environment },
    })
    const code = await ended
    return { code, lines: output().trim().split('\n') }
  }

  test('a taken port is named, with the way out', async () => {
    const port = await freeBlock()
    const squatter = createServer().listen(port + 100, '127.0.0.1')
    const { code, lines } = await start([], { PORT: String(port) })
    squatter.close()
    assert.equal(code, 1)
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', new RegExp(`Port ${port + 100} is taken by another program.*PORT=9000 npm start`))
  })

  test('an unknown process in --only', async () => {
    const { code, lines } = await start(['--only', 'wms,warehouse'])
    assert.equal(code, 1)
    assert.deepEqual(lines.length, 1)
    assert.match(lines[0] ?? '', /--only names "warehouse", which does not exist/)
  })

  test('an unknown option', async () => {
    const { code, lines } = await start(['--seed'])
    assert.equal(code, 1)
    assert.match(lines[0] ?? '', /Usage: npm start/)
  })

  test('a wrong setting is named', async () => {
    const { code, lines } = await start([], { PORT: 'eighty', BACKROOM_PROFILE: 'staging' })
    assert.equal(code, 1)
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /BACKROOM_PROFILE.*PORT|PORT.*BACKROOM_PROFILE/)
  })

  test('a database that does not answer, without its password', async () => {
    const { code, lines } = await start([], { DATABASE_URL: 'postgres://owner:hunter2@127.0.0.1:1/backroom' })
    assert.equal(code, 1)
    assert.match(lines.join('\n'), /DATABASE_URL at 127\.0\.0\.1:1 cannot be used/)
    assert.doesNotMatch(lines.join('\n'), /hunter2/)
  })

  test('a data folder that cannot be written', async () => {
    const file = join(data, 'keys', 'database-passwords.json')
    const { code, lines } = await start([], { BACKROOM_DATA: join(file, 'data') })
    assert.equal(code, 1)
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /may not write in/)
  })

  test('a process that cannot start is named with its reason', async () => {
    const broken = join(data, 'broken')
    await mkdir(join(broken, 'keys'), { recursive: true, mode: 0o700 })
    await writeFile(join(broken, 'keys', 'auth.json'), '{}')
    const { code, lines } = await start(['--only', 'auth,gateway'], { BACKROOM_DATA: broken })
    assert.equal(code, 1)
    assert.match(lines.at(-1) ?? '', /auth could not start: .*auth\.json.*signing.*\(log: .*auth\.log\)/)
  })

  test('stdio without a running fleet says so on stderr and nothing on stdout', async () => {
    const entry = join(import.meta.dirname, '..', 'src', 'stdio.ts')
    const { error, stdout, stderr } = await new Promise<{
      error: { code?: unknown } | null
      stdout: string
      stderr: string
    }>((resolve) =>
      execFile(
        process.execPath,
        [entry, 'wms'],
        { env: { ...process.env, BACKROOM_DATA: data } },
        (error, stdout, stderr) => resolve({ error, stdout, stderr }),
      ),
    )
    assert.equal(error?.code, 1)
    assert.equal(stdout, '')
    assert.equal(stderr, 'The fleet is not running here: run npm start first.\n')
  })
})
