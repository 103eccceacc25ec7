import { type DomainName, domainNames, domains, resourceUrl } from '@backroom/access'
import { demoSecrets } from '@backroom/auth/demo-second-factor'
import colors from 'picocolors'
import { type FleetSettings, type ProcessName, root } from './settings.ts'

const DEMO_PASSWORD = 'Demo123!'
const staff = [
  'ops',
  'warehouse',
  'buyer',
  'dispatcher',
  'driver',
  'returns',
  'claims',
  'claims2',
  'support',
  'finance',
]
const overseers = ['approver1', 'approver2', 'auditor', 'admin']

/** What a person needs next: where everything is, how to connect a host, who can sign in. */
export function announcement(settings: FleetSettings, names: ProcessName[]): string {
  const running = domainNames.filter((domain) => names.includes(domain))
  const parts = [addresses(settings.publicUrl, running)]
  if (names.includes('gateway') && running.length > 0) parts.push(hostConfiguration(settings.publicUrl, running))
  if (settings.profile === 'demo' && names.includes('auth')) parts.push(accounts())
  return parts.join('\n\n')
}

function addresses(publicUrl: string, running: DomainName[]): string {
  const lines = running.map((domain) => `  ${domains[domain].title.padEnd(10)} ${resourceUrl(publicUrl, domain)}`)
  return [`Backroom runs at ${colors.bold(publicUrl)}`, ...lines].join('\n')
}

function hostConfiguration(publicUrl: string, running: DomainName[]): string {
  const named = (value: (domain: DomainName) => object) =>
    JSON.stringify({
      mcpServers: Object.fromEntries(running.map((domain) => [domains[domain].serverName, value(domain)])),
    })
  const remote = named((domain) => ({ type: 'http', url: resourceUrl(publicUrl, domain) }))
  const local = named((domain) => ({
    command: 'npm',
    args: ['--prefix', root, 'run', '-s', 'stdio', '--', domain],
    env: { BACKROOM_STDIO_ACCOUNT: domain === 'catshop' ? 'demo1@example.com' : 'ops@example.com' },
  }))
  return [
    `${heading('For your host, remote:')}`,
    indent(remote),
    heading('or by stdio on this machine, as the account that you name:'),
    indent(local),
  ].join('\n')
}

function accounts(): string {
  return [
    heading(`Demo accounts, all with the password ${DEMO_PASSWORD}`),
    `  customers  demo1@example.com … demo10@example.com`,
    `  staff      ${staff.join(', ')} @example.com`,
    `  oversight  ${overseers.join(', ')} @example.com`,
    '  Approvers decide with a second factor. For an authenticator app, or by npm run -s code -- approver1:',
    ...Object.entries(demoSecrets).map(([sub, secret]) => `    ${sub.replace('staff-', '')}  ${secret}`),
  ].join('\n')
}

const heading = (text: string) => colors.bold(text)
const indent = (text: string) => `  ${text}`

/** What the gateway found about its own public URL, for the operator; undefined when it is right or not known. */
export async function publicUrlProblem(gateway: string): Promise<string | undefined> {
  const answer = await fetch(`${gateway}/status`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
  if (!answer?.ok) return undefined
  const { public_url } = (await answer.json()) as { public_url?: { ok?: boolean; message?: string } }
  return public_url?.ok === false ? public_url.message : undefined
}
