import { issuerOf, resourceUrl } from '@backroom/access'
import { fillAndSubmit, openBrowser } from '@backroom/auth/form-browser'
import type { PlainCalls } from '../plain-calls.ts'
import { DEMO_PASSWORD } from '../sign-in.ts'

/** A parameter of a tool, or a part of one, as its JSON schema says. */
export interface ParameterSchema {
  type?: string
  enum?: string[]
  anyOf?: ParameterSchema[]
  items?: ParameterSchema
  properties?: Record<string, ParameterSchema>
  required?: string[]
}

/** A tool as it is published. */
export interface KnownTool {
  domain: 'wms' | 'catshop'
  name: string
  input: ParameterSchema
}

/** A sign-in that has begun: its id and the cookies of its browser. */
export interface BegunSignIn {
  uid: string
  cookie: string
}

/** What an attacker may know of a fleet: the deeper a request gets before it is refused, the more it tests. */
export interface Knowledge {
  /** An access token of each server. */
  tokens: Record<KnownTool['domain'], string>
  /** Other secrets and ids that have a meaning to the fleet. */
  words: string[]
  signIns: BegunSignIn[]
  tools: KnownTool[]
}

/** The tools that a token shows. */
export async function toolsOf(calls: PlainCalls, domain: KnownTool['domain'], token: string): Promise<KnownTool[]> {
  const { body } = await calls.mcp(domain, token, 'tools/list')
  return body.result.tools.map(({ name, inputSchema }: { name: string; inputSchema: ParameterSchema }) => ({
    domain,
    name,
    input: inputSchema,
  }))
}

/** Begins a sign-in, as an app does by opening the browser; leaves it at its first page, or with an account at consent. */
export async function beginSignIn(publicUrl: string, account?: string): Promise<BegunSignIn> {
  const url = new URL(`${issuerOf(publicUrl)}/authorize`)
  url.search = new URLSearchParams({
    client_id: 'probe',
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1/callback',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    resource: resourceUrl(publicUrl, 'catshop'),
  }).toString()
  const browser = openBrowser(() => false)
  let page = await browser.get(url)
  if (account && page.kind === 'page')
    page = await fillAndSubmit(browser, page, { login: account, password: DEMO_PASSWORD })
  return { uid: page.url.pathname.split('/').at(-1) ?? '', cookie: browser.cookiesFor(page.url) }
}
