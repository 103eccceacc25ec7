import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rotate, rotationSteps } from '@backroom/auth/key-rotation'
import type { AuthKeys } from '@backroom/auth/keys'
import { ConfigurationError } from '@backroom/configuration'

/**
 * `node fleet/src/rotate-keys.ts <step>`: one step of a key rotation on the Secret `auth` of the namespace that this pod runs
 * in. The pod's account may read and change that Secret alone; auth follows the change by itself.
 */
const API = 'https://kubernetes.default.svc'
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
const FILE = 'keys.json'

try {
  const step = rotationSteps.find((known) => known === process.argv[2])
  if (!step) throw new ConfigurationError(`Usage: node fleet/src/rotate-keys.ts <${rotationSteps.join('|')}>`)
  const { data } = await secret('GET')
  const before = JSON.parse(Buffer.from(data[FILE] ?? '', 'base64').toString()) as AuthKeys
  const after = await rotate(before, step)
  const text = `${JSON.stringify(after, null, 2)}\n`
  await secret('PATCH', { data: { [FILE]: Buffer.from(text).toString('base64') } })
  for (const [index, { kid }] of after.signing.entries()) console.log(`${kid}${index === 0 ? '  signs' : ''}`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function secret(method: 'GET' | 'PATCH', body?: object): Promise<{ data: Record<string, string> }> {
  const account = (file: string) => readFileSync(join(ACCOUNT, file), 'utf8').trim()
  const answer = await fetch(`${API}/api/v1/namespaces/${account('namespace')}/secrets/auth`, {
    method,
    headers: { authorization: `Bearer ${account('token')}`, 'content-type': 'application/merge-patch+json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!answer.ok) throw new Error(`Kubernetes answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as { data: Record<string, string> }
}
