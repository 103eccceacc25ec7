/** What a request led to: a page with forms, or the address where the browser was sent at last. */
export type Landing =
  | { kind: 'page'; url: URL; status: number; title: string; alert: string; html: string }
  | { kind: 'left'; url: URL }

/** As much of a browser as the pages of auth need: cookies by path, redirects, forms. */
export interface FormBrowser {
  get(url: URL): Promise<Landing>
  post(url: URL, fields: URLSearchParams): Promise<Landing>
  /** The `Cookie` header that a request there would carry. */
  cookiesFor(url: URL): string
}

const MAX_REDIRECTS = 10

/** A browser without cookies yet. It stops, without a request, at the first redirect for which `leavesTo` holds. */
export function openBrowser(leavesTo: (url: URL) => boolean): FormBrowser {
  const jar = new Map<string, { value: string; path: string }>()

  const cookiesFor = (url: URL): string => {
    const cookies = [...jar].filter(([, { path }]) => url.pathname.startsWith(path))
    return cookies.map(([name, { value }]) => `${name}=${value}`).join('; ')
  }

  const request = async (url: URL, init: RequestInit, redirects = 0): Promise<Landing> => {
    if (leavesTo(url)) return { kind: 'left', url }
    if (redirects > MAX_REDIRECTS) throw new Error(`${url.origin} redirects without end.`)
    const headers = { accept: 'text/html', cookie: cookiesFor(url) }
    const response = await fetch(url, { ...init, redirect: 'manual', headers })
    for (const line of response.headers.getSetCookie()) keep(line)
    const location = response.headers.get('location')
    if (location) return request(new URL(location, url), {}, redirects + 1)
    return readPage(url, response.status, await response.text())
  }

  const keep = (line: string) => {
    const [pair = '', ...attributes] = line.split(/;\s*/)
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice('path='.length) ?? '/'
    const isExpired = attributes.some((attribute) => /^expires=Thu, 01 Jan 1970/i.test(attribute))
    if (isExpired) jar.delete(name)
    else jar.set(name, { value, path })
  }

  return {
    get: (url) => request(url, {}),
    post: (url, fields) => request(url, { method: 'POST', body: fields }),
    cookiesFor,
  }
}

/** Submits the first form of the page with everything ticked, and with `values` where a field has that name. */
export function fillAndSubmit(
  browser: FormBrowser,
  page: Landing & { kind: 'page' },
  values: Record<string, string>,
): Promise<Landing> {
  const form = /<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/s.exec(page.html)
  if (!form) throw new Error(`The page "${page.title}" has no form.`)
  const fields = new URLSearchParams()
  for (const [input] of (form[2] ?? '').matchAll(/<input[^>]*>/g)) {
    const name = attribute(input, 'name')
    if (name) fields.append(name, values[name] ?? attribute(input, 'value') ?? '')
  }
  return browser.post(new URL(decodeEntities(form[1] ?? ''), page.url), fields)
}

function readPage(url: URL, status: number, html: string): Landing {
  const title = textOf(/<title>(.*?)<\/title>/s.exec(html)?.[1] ?? `HTTP ${status}`)
  const alert = textOf(/role="alert"[^>]*>(.*?)<\/div>/s.exec(html)?.[1] ?? '')
  return { kind: 'page', url, status, title, alert, html }
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? undefined : decodeEntities(value)
}

function textOf(html: string): string {
  return decodeEntities(html.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
}

const named: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }

function decodeEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => named[entity] ?? entity)
}
