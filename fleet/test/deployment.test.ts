import assert from 'node:assert/strict'
import { globSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { describe, test } from 'node:test'
import { domainNames } from '@backroom/access'
import { parse } from 'yaml'
import { entryOf, processesToRun } from '../src/plan.ts'
import { createSecrets, databaseUrlIn } from '../src/secrets.ts'
import { root } from '../src/settings.ts'

const processes = processesToRun({ profile: 'demo' })
const deployed = domainNames.filter((domain) => processes.includes(domain))
const text = (file: string) => readFileSync(join(root, file), 'utf8')

interface ComposeService {
  build?: { target: string }
  command?: string[]
  environment?: Record<string, string>
  ports?: string[]
  volumes?: string[]
  read_only?: boolean
  cap_drop?: string[]
  depends_on?: Record<string, unknown>
}

const compose: { services: Record<string, ComposeService> } = parse(text('docker-compose.yml'), { merge: true })

describe('the Dockerfile', () => {
  test('has a target for every process, which starts its program', () => {
    const targets = new Map(
      [...text('Dockerfile').matchAll(/^FROM process AS (\S+)$[\s\S]*?^CMD \["(.+)"\]$/gm)].map(
        ([, target = '', program = '']) => [target, program],
      ),
    )
    for (const name of processes) assert.equal(targets.get(name), relative(root, entryOf(name)), name)
    assert.equal(targets.get('fleet'), 'fleet/src/migrate.ts')
  })
})

describe('docker-compose.yml', () => {
  test('runs every process from its own image, and tells the others where it is', () => {
    for (const name of processes) assert.equal(compose.services[name]?.build?.target, name)
    for (const name of ['gateway', 'auth', ...deployed]) {
      const { environment = {} } = compose.services[name] ?? {}
      for (const domain of deployed)
        assert.equal(environment[`${domain.toUpperCase()}_URL`], `http://${domain}:8000`, name)
    }
    for (const domain of deployed)
      assert.equal(
        compose.services.auth?.environment?.[`${domain.toUpperCase()}_INTERNAL_URL`],
        `http://${domain}:9000`,
      )
    const waited = Object.keys(compose.services.gateway?.depends_on ?? {})
    assert.deepEqual(new Set(waited), new Set(processes.filter((name) => name !== 'gateway')))
  })

  test('publishes the gateway alone', () => {
    const published = Object.entries(compose.services).filter(
      ([, { ports, profiles }]: [string, ComposeService & { profiles?: string[] }]) => ports && !profiles,
    )
    assert.deepEqual(
      published.map(([name]) => name),
      ['gateway'],
    )
  })

  test('gives every process its own secrets and no other’s, on a file system that cannot be changed', () => {
    for (const name of processes) {
      const { volumes = [], read_only, cap_drop } = compose.services[name] ?? {}
      const secrets = volumes.filter((volume) => volume.includes('-secrets:'))
      assert.deepEqual(secrets, name === 'gateway' ? [] : [`${name}-secrets:/secrets:ro`])
      assert.equal(read_only, true, name)
      assert.deepEqual(cap_drop, ['ALL'], name)
    }
  })

  test('shows its jobs what they need, and lets them change none of it', () => {
    const secretsOf = (names: readonly string[]) => names.map((name) => `${name}-secrets:/secrets/${name}:ro`)
    assert.deepEqual(compose.services.migrate?.volumes, secretsOf(['postgres', 'auth', ...deployed]))
    for (const name of ['reconcile', 'books'])
      assert.deepEqual(compose.services[name]?.volumes, secretsOf([...deployed, 'psp']))
    const admins = compose.services.admin?.volumes ?? []
    assert.ok(admins.every((volume) => volume.endsWith(':ro')))
  })

  test('keeps the signed ends of the audit chains, each where its server alone writes', () => {
    const volumesOf = (name: string) => compose.services[name]?.volumes ?? []
    for (const name of ['auth', ...deployed]) {
      assert.equal(compose.services[name]?.environment?.AUDIT_HEADS, '/audit')
      assert.ok(volumesOf(name).includes(`${name}-audit:/audit`), name)
      assert.ok(volumesOf('admin').includes(`${name}-audit:/audit/${name}:ro`), name)
    }
  })

  test('takes settings that .env.example explains, with the same defaults', () => {
    const used = new Map(
      [...text('docker-compose.yml').matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    )
    const lines = text('.env.example').split('\n')
    const explained = new Map(
      lines.flatMap((line, at) => {
        const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? []
        const isExplained = lines[at - 1]?.startsWith('#') || /^\w+=/.test(lines[at - 1] ?? '')
        return name && isExplained ? [[name, value] as const] : []
      }),
    )
    assert.deepEqual([...explained].sort(), [...used].sort())
  })
})

test('docs/configuration.md names every variable that a program reads', () => {
  const places = '{auth,fleet,gateway}/src/**/*.ts'
  const files = globSync([places, 'libs/*/src/**/*.ts', 'services/*/{src,simulator/src}/**/*.ts'], { cwd: root })
  const read = files
    .map(text)
    .filter((source) => source.includes('readSettings('))
    .flatMap((source) => [...source.matchAll(/^\s*([A-Z][A-Z_]+): /gm)].map(([, name = '']) => name))
  const explained = text('docs/configuration.md')
  assert.deepEqual(
    [...new Set(read)].filter((name) => !explained.includes(`\`${name}\``)),
    [],
  )
})

describe('the secrets of a deployment', () => {
  test('are made once, each for its process alone, and fit together', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backroom-secrets-'))
    try {
      await createSecrets(folder, 'database:5432/backroom')
      const contents = async () => {
        const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((file) => file.isFile())
        const paths = files.map((file) => join(file.parentPath, file.name)).sort()
        return Promise.all(paths.map(async (path) => [relative(folder, path), await readFile(path, 'utf8')] as const))
      }
      const first = await contents()
      await createSecrets(folder, 'database:5432/backroom')
      assert.deepEqual(await contents(), first)

      const files = new Map(first)
      const published = JSON.parse(files.get('auth/service-keys.json') ?? '{}')
      for (const domain of deployed) {
        const { d, ...publicKey } = JSON.parse(files.get(`${domain}/service-key.json`) ?? '{}')
        assert.ok(d, `${domain} has a private key`)
        assert.deepEqual(published[domain], publicKey)
        const url = new URL(databaseUrlIn(folder, domain))
        assert.equal(url.username, domain)
        assert.equal(url.host, 'database:5432')
      }
      assert.equal(files.get('payments/psp-secret'), files.get('psp/psp-secret'))
      assert.ok(files.get('tms/carrier-secret'))
      const passwords = ['auth', ...deployed, 'postgres'].map((name) => new URL(databaseUrlIn(folder, name)).password)
      assert.equal(new Set(passwords).size, passwords.length)
      assert.equal(statSync(join(folder, 'auth', 'keys.json')).mode & 0o077, 0)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
