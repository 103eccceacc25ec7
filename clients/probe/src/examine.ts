import type { DomainName } from '@backroom/access'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Era } from './arguments.ts'
import { flowOf } from './flows.ts'
import type { Credentials } from './sign-in.ts'

/** What was found in one era. */
export interface Examination {
  era: Era
  protocol_version: string
  server: { name: string; title?: string; version: string }
  tools: { name: string; description: string }[]
  checks: Check[]
}

export interface Check {
  title: string
  ok: boolean
  /** What came back, or what went wrong. */
  detail: string
}

const LEGACY = { mode: 'legacy' } as const
const MODERN = { mode: { pin: '2026-07-28' } } as const

/** Connects in one era, lists the tools and goes through the domain's flow. Throws only when it cannot connect. */
export async function examine(
  server: URL,
  domain: DomainName,
  era: Era,
  credentials: Credentials,
): Promise<Examination> {
  const client = new Client(
    { name: 'backroom-probe', version: '0.1.0' },
    { versionNegotiation: era === 'modern' ? MODERN : LEGACY },
  )
  await client.connect(new StreamableHTTPClientTransport(server, { authProvider: credentials }))
  try {
    const { name = 'unnamed', title, version = '?' } = client.getServerVersion() ?? {}
    const { tools } = await client.listTools()
    const checks: Check[] = [
      { title: 'list the tools', ok: tools.length > 0, detail: `${tools.length} tools for this account` },
    ]
    for (const step of flowOf(domain)) checks.push(await check(step.title, () => step.run(client)))
    return {
      era,
      protocol_version: client.getNegotiatedProtocolVersion() ?? 'unknown',
      server: { name, ...(title && { title }), version },
      tools: tools.map((tool) => ({ name: tool.name, description: tool.description ?? '' })),
      checks,
    }
  } finally {
    await client.close()
  }
}

async function check(title: string, run: () => Promise<string>): Promise<Check> {
  try {
    return { title, ok: true, detail: await run() }
  } catch (error) {
    return { title, ok: false, detail: (error as Error).message }
  }
}
