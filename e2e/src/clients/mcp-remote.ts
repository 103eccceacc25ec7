import type { Readable } from 'node:stream'
import { freePort } from '@backroom/fleet-testing'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { type Connect, resourceText, toolResult } from '../mcp-session.ts'
import { emptyHome, fileOf, messagesOf } from './program.ts'

const SIGN_IN_LIMIT_S = 60

/** The bridge for hosts that start local servers only: a stdio server that signs in by itself and speaks to ours. */
export function mcpRemote(protocol: 'legacy' | 'auto'): Connect {
  return async (url, visit) => {
    const home = await emptyHome()
    const port = String(await freePort())
    const options = ['--transport', 'http-only', '--protocol', protocol, '--auth-timeout', String(SIGN_IN_LIMIT_S)]
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [fileOf('mcp-remote', 'dist/proxy.js'), url, port, ...options],
      env: home.environment,
      stderr: 'pipe',
    })
    const messages = messagesOf(transport.stderr as Readable)
    const client = new Client({ name: 'interoperability-check', version: '1' })
    const close = async () => {
      await client.close()
      await home.remove()
    }
    await Promise.all([
      client.connect(transport, { timeout: SIGN_IN_LIMIT_S * 1_000 }),
      messages.authorizationUrl.then(visit),
    ]).catch(async (error) => {
      await close()
      throw new Error(`mcp-remote did not connect: ${messages.text()}`, { cause: error })
    })
    return {
      toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: async (name, args) => toolResult(await client.callTool({ name, arguments: args ?? {} })),
      read: async (uri) => resourceText(await client.readResource({ uri })),
      close,
    }
  }
}
