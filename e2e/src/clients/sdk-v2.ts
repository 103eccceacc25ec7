import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { type Connect, type McpSession, resourceText, toolResult } from '../mcp-session.ts'
import { emptyMemory, type OAuthMemory } from '../oauth-memory.ts'

/** The TypeScript SDK 2.x: `auto` speaks 2026-07-28 where the server does, `legacy` the 2025 handshake. */
export function sdkV2(mode: 'auto' | 'legacy'): Connect {
  return async (url, visit) => {
    const memory = await emptyMemory(visit)
    const session = await connectSdkV2(url, memory, mode)
    return { ...session, close: () => Promise.all([session.close(), memory.close()]).then(() => undefined) }
  }
}

/** Connects with what a memory holds; whenever the server asks for more, its person is asked once. */
export async function connectSdkV2(
  url: string,
  memory: OAuthMemory,
  mode: 'auto' | 'legacy',
): Promise<McpSession & { client: Client }> {
  const open = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: memory })
  const start = async () => {
    const transport = open()
    const client = new Client({ name: 'interoperability-check', version: '1' }, { versionNegotiation: { mode } })
    await client.connect(transport)
    return { client, transport }
  }
  const { client, transport } = await start().catch(async (error) => {
    if (!(error instanceof UnauthorizedError)) throw error
    await open().finishAuth(memory.takeAnswer())
    return start()
  })
  const orAskAgain = <Result>(work: () => Promise<Result>) =>
    work().catch(async (error) => {
      if (!(error instanceof UnauthorizedError)) throw error
      await transport.finishAuth(memory.takeAnswer())
      return work()
    })
  return {
    client,
    toolNames: () => orAskAgain(async () => (await client.listTools()).tools.map(({ name }) => name)),
    call: (name, args) => orAskAgain(async () => toolResult(await client.callTool({ name, arguments: args ?? {} }))),
    read: (uri) => orAskAgain(async () => resourceText(await client.readResource({ uri }))),
    close: () => client.close(),
  }
}
