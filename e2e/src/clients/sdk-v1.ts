import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { type Connect, type McpSession, resourceText, toolResult } from '../mcp-session.ts'
import { emptyMemory, type OAuthMemory } from '../oauth-memory.ts'

/** The TypeScript SDK 1.x, on which most of today's hosts are built. */
export const sdkV1: Connect = async (url, visit) => {
  const memory = await emptyMemory(visit)
  const session = await connectSdkV1(url, memory)
  return { ...session, close: () => Promise.all([session.close(), memory.close()]).then(() => undefined) }
}

/** Connects with what a memory holds, after a visit to the browser when that is not enough. */
export async function connectSdkV1(url: string, memory: OAuthMemory): Promise<McpSession> {
  const open = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: memory })
  const start = async () => {
    const client = new Client({ name: 'interoperability-check', version: '1' })
    await client.connect(open())
    return client
  }
  const client = await start().catch(async (error) => {
    if (!(error instanceof UnauthorizedError)) throw error
    await open().finishAuth(memory.takeAnswer().get('code') ?? '')
    return start()
  })
  return {
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args) => toolResult(await client.callTool({ name, arguments: args ?? {} })),
    read: async (uri) => resourceText(await client.readResource({ uri })),
    close: () => client.close(),
  }
}
