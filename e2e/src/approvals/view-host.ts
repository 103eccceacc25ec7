import type { Browser, FrameLocator } from 'playwright-core'

/** What a view said to its host. */
export interface Said {
  id?: number
  method: string
  params: Record<string, unknown>
}

/** A host that shows one view. */
export interface ViewHost {
  view: FrameLocator
  /** Everything that the view said, in order. */
  said: Said[]
  close(): Promise<void>
}

/** What the page of the host does: it passes on what the view says, and shows it the result of the tool. */
const hostScript = `({ html, result }) => {
  const frame = document.querySelector('iframe')
  addEventListener('message', async ({ source, data }) => {
    if (source !== frame.contentWindow || data.method === undefined) return
    const answer = await hostHears(data)
    if (data.id !== undefined) source.postMessage({ jsonrpc: '2.0', id: data.id, result: answer }, '*')
    if (data.method === 'ui/notifications/initialized')
      source.postMessage({ jsonrpc: '2.0', method: 'ui/notifications/tool-result', params: result }, '*')
  })
  frame.srcdoc = html
}`

/**
 * Shows a view and the result of a tool as a host does, in a frame that may run scripts and nothing else.
 *
 * @param callTool what the server answers when the view calls a tool
 */
export async function showView(
  browser: Browser,
  html: string,
  result: object,
  callTool: (params: Record<string, unknown>) => Promise<unknown>,
): Promise<ViewHost> {
  const page = await (await browser.newContext()).newPage()
  const said: Said[] = []
  await page.exposeFunction('hostHears', async (message: Said) => {
    said.push(message)
    if (message.method === 'tools/call') return callTool(message.params)
    if (message.method !== 'ui/initialize') return {}
    const hostInfo = { name: 'host', version: '1' }
    return { protocolVersion: '2026-01-26', hostInfo, hostCapabilities: {}, hostContext: { theme: 'dark' } }
  })
  await page.setContent('<iframe sandbox="allow-scripts" style="width:30rem;height:30rem"></iframe>')
  await page.evaluate(`(${hostScript})(${JSON.stringify({ html, result }).replaceAll('<', '\\u003c')})`)
  return { view: page.frameLocator('iframe'), said, close: () => page.context().close() }
}
