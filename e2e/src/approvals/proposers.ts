import { type DomainName, resourceUrl } from '@backroom/access'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { toolResult } from '../mcp-session.ts'
import { plainCalls } from '../plain-calls.ts'

/** A call that has to wait for people. */
export interface Wish {
  domain: DomainName
  token: string
  tool: string
  args: Record<string, unknown>
}

/** Calls a tool as one kind of client does, has people decide, and finds out what came of it. */
export type Proposer = (
  publicUrl: string,
  wish: Wish,
  /** What people do at the page that the client was told of. */
  decide: (url: string) => Promise<void>,
) => Promise<{ isError: boolean; structured: Record<string, unknown> }>

/** Clients of four kinds: one that can send its user to a page, and three that cannot. */
export const proposers: Record<string, Proposer> = {
  'SDK 2 with elicitation': async (publicUrl, { domain, token, tool, args }, decide) => {
    const client = new Client(
      { name: 'approvals-check', version: '1' },
      { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode: 'auto' } },
    )
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      if (!('url' in params)) throw new Error('a form was sent to a client that shows pages')
      await decide(params.url)
      return { action: 'accept' }
    })
    await client.connect(new StreamableHTTPClientTransport(urlOf(publicUrl, domain), withToken(token)))
    const result = toolResult(await client.callTool({ name: tool, arguments: args }))
    await client.close()
    return result
  },

  'SDK 2 without elicitation': async (publicUrl, { domain, token, tool, args }, decide) => {
    const client = new Client({ name: 'approvals-check', version: '1' }, { versionNegotiation: { mode: 'auto' } })
    await client.connect(new StreamableHTTPClientTransport(urlOf(publicUrl, domain), withToken(token)))
    const call = async (name: string, more: Record<string, unknown>) =>
      toolResult(await client.callTool({ name, arguments: more }))
    const result = await asking(call, tool, args, decide)
    await client.close()
    return result
  },

  'SDK 1': async (publicUrl, { domain, token, tool, args }, decide) => {
    const client = new ClientV1({ name: 'approvals-check', version: '1' })
    await client.connect(new TransportV1(urlOf(publicUrl, domain), withToken(token)))
    // A client of this kind checks every result against the output schema that the tool publishes.
    await client.listTools()
    const call = async (name: string, more: Record<string, unknown>) =>
      toolResult(await client.callTool({ name, arguments: more }))
    const result = await asking(call, tool, args, decide)
    await client.close()
    return result
  },

  REST: (publicUrl, { domain, token, tool, args }, decide) => {
    const call = async (name: string, more: Record<string, unknown>) => {
      const { status, body } = await plainCalls(publicUrl).tool(domain, token, name, more)
      return { isError: status >= 400, structured: body }
    }
    return asking(call, tool, args, decide)
  },
}

type Call = (
  tool: string,
  args: Record<string, unknown>,
) => Promise<{ isError: boolean; structured: Record<string, unknown> }>

/** A client that is told to ask: the answer of the tool is found in the approval. */
async function asking(call: Call, tool: string, args: Record<string, unknown>, decide: (url: string) => Promise<void>) {
  const { structured: waiting, isError } = await call(tool, args)
  if (isError || waiting.status !== 'pending_approval') return { isError, structured: waiting }
  await decide(String(waiting.approve_url))
  const { structured: approval } = await call('get_approval', { approval_id: waiting.approval_id })
  if (approval.status === 'executed') return { isError: false, structured: Object(approval.result) }
  return { isError: true, structured: Object(approval.error ?? approval) }
}

function urlOf(publicUrl: string, domain: DomainName): URL {
  return new URL(resourceUrl(publicUrl, domain))
}

function withToken(token: string) {
  return { requestInit: { headers: { authorization: `Bearer ${token}` } } }
}
