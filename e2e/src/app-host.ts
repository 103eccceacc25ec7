import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client'
import { AppBridge } from '@modelcontextprotocol/ext-apps/app-bridge'
import type { Browser, FrameLocator } from 'playwright-core'
import type { McpSession, ToolResult } from './mcp-session.ts'

/** One message of a page to its host. */
export interface Asked {
  method: string
  params?: Record<string, unknown> | undefined
}

/** A page of a server as a host with MCP Apps shows it. */
export interface ShownApp {
  frame: FrameLocator
  /** What the page asked of the host and told it, in order. */
  asked: Asked[]
  close(): Promise<void>
}

/** What the extension has hosts allow where a page asks for nothing. */
const POLICY = `default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:`

/**
 * Shows the page of a tool's result in a sandboxed frame, with the extension's own implementation of a host: the page gets
 * the result, and reads resources and calls tools through the session.
 */
export async function showApp(
  browser: Browser,
  session: Pick<McpSession, 'read' | 'call'>,
  { html, result }: { html: string; result: ToolResult },
): Promise<ShownApp> {
  const page = await browser.newPage()
  const asked: Asked[] = []
  const transport: Transport = {
    start: async () => undefined,
    send: async (message) =>
      void (await page.evaluate(
        `document.querySelector('iframe').contentWindow.postMessage(${JSON.stringify(message)}, '*')`,
      )),
    close: async () => undefined,
  }
  await page.exposeFunction('toHost', (message: JSONRPCMessage) => {
    if ('method' in message) asked.push({ method: message.method, params: message.params })
    transport.onmessage?.(message)
  })
  const bridge = new AppBridge(
    null,
    { name: 'test host', version: '1' },
    { openLinks: {}, serverResources: {}, serverTools: {} },
    { hostContext: { theme: 'light', locale: 'en-US', timeZone: 'America/New_York' } },
  )
  bridge.onreadresource = async ({ uri }) => ({ contents: [{ uri, text: await session.read(uri) }] })
  bridge.oncalltool = async ({ name, arguments: args }) => contentOf(await session.call(name, args))
  bridge.onopenlink = async () => ({})
  const ready = new Promise<void>((resolve) => {
    bridge.oninitialized = () => resolve()
  })
  await bridge.connect(transport)
  await page.setContent('<!doctype html><iframe sandbox="allow-scripts" width="900" height="1200"></iframe>')
  await page.evaluate(`
    const frame = document.querySelector('iframe')
    addEventListener('message', ({ source, data }) => source === frame.contentWindow && toHost(data))
    frame.srcdoc = ${JSON.stringify(`<meta http-equiv="Content-Security-Policy" content="${POLICY}">${html}`)}`)
  await ready
  await bridge.sendToolInput({ arguments: {} })
  await bridge.sendToolResult(contentOf(result))
  return {
    frame: page.frameLocator('iframe'),
    asked,
    async close() {
      await bridge.close()
      await page.close()
    },
  }
}

function contentOf({ text, structured, isError }: ToolResult) {
  return { content: [{ type: 'text' as const, text }], structuredContent: structured, isError }
}
