import { readFile } from 'node:fs/promises'
import { type DomainName, domainNames } from '@backroom/access'

/** What docs/policy.md says of a scope. */
export interface ScopeRow {
  domain: DomainName
  /** `public` for the tools that need none. */
  scope: string
  isRestricted: boolean
  roles: string[]
  profiles: string[]
  tools: { name: string; lowest: string; highest: string }[]
}

/** What docs/policy.md says of a client profile. */
export interface ProfileRow {
  profile: string
  highestTier: string
  perDay: Record<string, number>
}

export interface PolicyDocument {
  scopes: ScopeRow[]
  profiles: ProfileRow[]
  /** Tools that only servers of the fleet are offered. */
  serviceTools: string[]
}

/** Reads the tables of docs/policy.md. */
export async function readPolicy(): Promise<PolicyDocument> {
  const text = await readFile(new URL('../../../docs/policy.md', import.meta.url), 'utf8')
  const [, services = ''] = text.split(/^## Services$/m)
  return {
    scopes: domainNames.flatMap((domain) => rowsOf(text, `### ${domain}`).map((cells) => scopeRow(domain, cells))),
    profiles: rowsOf(text, '## Client profiles').map(profileRow),
    serviceTools: namesIn(services.split('Which server')[0] ?? ''),
  }
}

/** Rows of the first table below a heading, without its head. */
function rowsOf(text: string, heading: string): string[][] {
  const [, below = ''] = text.split(new RegExp(`^${heading}$`, 'm'))
  const [table = ''] = /(^\|.*\|\n)+/m.exec(below) ?? []
  const [, , ...rows] = table.trim().split('\n')
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function scopeRow(domain: DomainName, [scope = '', roles = '', profiles = '', tools = '']: string[]): ScopeRow {
  return {
    domain,
    scope: scope.replace(/[`*]/g, ''),
    isRestricted: scope.endsWith('*'),
    roles: listed(roles),
    profiles: listed(profiles),
    tools: [...tools.matchAll(/`(\w+)`(?: \((A\d)(?: to (A\d))?\))?/g)].map(
      ([, name = '', lowest = 'A0', highest]) => ({
        name,
        lowest,
        highest: highest ?? lowest,
      }),
    ),
  }
}

function profileRow([profile = '', highestTier = '', limits = '']: string[]): ProfileRow {
  const perDay = [...limits.matchAll(/`([\w:]+)` (\d+)/g)].map(([, scope = '', count]) => [scope, Number(count)])
  return { profile: profile.replaceAll('`', ''), highestTier, perDay: Object.fromEntries(perDay) }
}

function listed(cell: string): string[] {
  return cell
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
}

/** Tools of every server, by the action of the scope that they need. */
export const everywhere: Record<string, string[]> = {
  read: ['list_approvals', 'get_approval', 'cancel_approval'],
  audit: ['search_audit', 'verify_audit'],
}

/** Names of the tools that a role may use at a server through a client of a profile (undefined: of none). */
export function toolsFor(
  { scopes }: PolicyDocument,
  domain: DomainName,
  role: string,
  profile: string | undefined,
): string[] {
  const held = scopes.filter(
    (row) => row.domain === domain && row.roles.includes(role) && (!profile || row.profiles.includes(profile)),
  )
  return held.flatMap(({ scope, tools }) => [
    ...tools.map(({ name }) => name),
    ...(everywhere[scope.split(':')[1] ?? ''] ?? []),
  ])
}
