// biome-ignore-all lint/correctness/noUnusedVariables: the scripts of the views, which stand below in the same page, use them.
// What every view of a host shares: the way to the host, and parts of a page. Nothing of a result is ever read as HTML.

const waiting = new Map()
let lastId = 0
/** What the host said of itself, and what changed since. */
let host = {}

function send(message) {
  window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*')
}

/** Asks the host; resolves with its result. */
function ask(method, params) {
  const id = ++lastId
  send({ id, method, params })
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
}

/** Calls a tool of the server that this view belongs to. */
async function callTool(name, args) {
  const { structuredContent, isError } = await ask('tools/call', { name, arguments: args })
  return isError ? undefined : structuredContent
}

/** Has the host open a page in the browser of the person. */
function openPage(url) {
  return ask('ui/open-link', { url })
}

/** Whether the host does something for its views, such as `serverTools` or `serverResources`. */
function hostCan(capability) {
  return host.hostCapabilities?.[capability] !== undefined
}

/** How the host shows things: `locale`, `timeZone`, `theme`. */
function hostContext() {
  return host.hostContext ?? {}
}

/** Puts parts in the place of what the page shows. */
function show(parts) {
  document.querySelector('main').replaceChildren(...parts)
  tellSize()
}

/** Shows each result of the tool by `render`, which returns the parts of the page. */
function showResults(render) {
  window.addEventListener('message', async ({ source, data }) => {
    if (source !== window.parent || data?.jsonrpc !== '2.0') return
    if (data.method === undefined) return settle(data)
    if (data.method === 'ui/notifications/tool-result')
      show(await render(data.params.structuredContent ?? {}, lineOf(data.params)))
    if (data.method === 'ui/notifications/host-context-changed') adopt(data.params)
    if (data.method === 'ui/resource-teardown' || data.method === 'ping') send({ id: data.id, result: {} })
  })
  ask('ui/initialize', {
    protocolVersion: '2026-01-26',
    appInfo: { name: 'backroom', version: '1.0.0' },
    appCapabilities: {},
  }).then((answer) => {
    host = answer
    adopt(answer.hostContext)
    send({ method: 'ui/notifications/initialized', params: {} })
  })
}

function settle({ id, result, error }) {
  const asked = waiting.get(id)
  waiting.delete(id)
  if (error) asked?.reject(new Error(error.message))
  else asked?.resolve(result)
}

function lineOf({ content }) {
  return content?.find(({ type }) => type === 'text')?.text ?? ''
}

function adopt(context) {
  host.hostContext = { ...host.hostContext, ...context }
  const { style } = document.documentElement
  if (context?.theme) style.colorScheme = context.theme
  for (const [name, value] of Object.entries(context?.styles?.variables ?? {}))
    if (value) style.setProperty(name, value)
}

function tellSize() {
  const { scrollWidth: width, scrollHeight: height } = document.documentElement
  send({ method: 'ui/notifications/size-changed', params: { width, height } })
}

/** An element with its text or its parts. */
function part(tag, content, attributes = {}) {
  const element = document.createElement(tag)
  element.append(...[content ?? []].flat())
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

/** A button that leads to a page. */
function linkTo(text, url) {
  const button = part('button', text, { type: 'button' })
  button.addEventListener('click', () => openPage(url))
  return button
}

/** A table with a heading for each column. */
function table(headings, rows) {
  return part('table', [
    part(
      'thead',
      part(
        'tr',
        headings.map((heading) => part('th', heading, { scope: 'col' })),
      ),
    ),
    part(
      'tbody',
      rows.map((row) =>
        part(
          'tr',
          row.map((cell) => part('td', cell === null ? '–' : String(cell))),
        ),
      ),
    ),
  ])
}

/** Minor units as people write them. */
function money({ amount_minor, currency }) {
  const format = new Intl.NumberFormat(hostContext().locale, { style: 'currency', currency })
  return format.format(amount_minor / 10 ** format.resolvedOptions().maximumFractionDigits)
}
