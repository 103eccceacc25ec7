import { auth, createMCPClient, UnauthorizedError } from '@ai-sdk/mcp'
import { type Connect, type McpSession, resourceText, toolResult } from '../mcp-session.ts'
import { emptyMemory, type OAuthMemory } from '../oauth-memory.ts'

/** The MCP client of the AI SDK, with its own OAuth. */
export const aiSdk: Connect = async (url, visit) => {
  const memory = await emptyMemory(visit)
  const session = await connectAiSdk(url, memory)
  return { ...session, close: () => Promise.all([session.close(), memory.close()]).then(() => undefined) }
}

/** Connects with what a memory holds, after a visit to the browser when that is not enough. */
export async function connectAiSdk(url: string, memory: OAuthMemory): Promise<McpSession> {
  const start = () => createMCPClient({ transport: { type: 'http', url, authProvider: memory } })
  const client = await start().catch(async (error) => {
    if (!(error instanceof UnauthorizedError)) throw error
    const answer = memory.takeAnswer()
    await auth(memory, {
      serverUrl: url,
      authorizationCode: answer.get('code') ?? '',
      callbackState: answer.get('state') ?? '',
      callbackIssuer: answer.get('iss') ?? '',
    })
    return start()
  })
  return {
    toolNames: async () => Object.keys(await client.tools()),
    call: async (name, args) => toolResult(await client.callTool({ name, arguments: args ?? {} })),
    read: async (uri) => resourceText(await client.readResource({ uri })),
    close: () => client.close(),
  }
}
