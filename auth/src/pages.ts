import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import type { ClientCreatedPage, ClientsPage, GrantsPage, SessionsPage } from './admin/page-data.ts'
import type { ApprovalPage, InboxRow } from './approvals/approval-page.ts'

/** A scope on the consent page. */
export interface ScopeChoice {
  name: string
  sentence: string
  /** Asked for by name only, outside the usual set; not ticked beforehand. */
  isRestricted: boolean
}

export interface SignInPage {
  action: string
  /** Where a person goes who does not want to; absent: nowhere. */
  abort?: string
  /** The app that a person connects. */
  clientName?: string
  /** What else a person signs in for. */
  lead?: string
  /** Page of auth itself that the person came to see. */
  to?: string
  /** What was typed last, after a refusal. */
  login?: string
  error?: string
  /** The published accounts, in the demo profile. */
  demoAccounts?: readonly { account: string; role: string }[]
  demoPassword?: string
}

export interface ConsentPage {
  action: string
  abort: string
  signOut: string
  clientName: string
  /** Where the answer goes, as host and port. */
  redirectHost: string
  /** The answer goes to a program on this very device, which nobody vouches for. */
  isOnDevice: boolean
  /** The client's own web address when it described itself by a document there. */
  clientHost?: string | undefined
  signedInAs: string
  servers: { title: string; purpose: string; scopes: ScopeChoice[] }[]
  /** How many of the requested permissions this person's role does not include. */
  beyondRole: number
  staysConnected: boolean
}

export interface SecondFactorPage {
  action: string
  to: string
  hasCodes: boolean
  hasPasskeys: boolean
  error?: string
}

export interface PasskeysPage {
  action: string
  keys: { id: string; name: string; createdAt: string; lastUsedAt: string | undefined }[]
  mayChange: boolean
  hasSecondFactor: boolean
  /** Where to sign in again. */
  signIn: string
  signedInAs: string
}

export interface InboxPage {
  version: string
  toDecide: InboxRow[]
  own: InboxRow[]
  /** Titles of domains that did not answer. */
  silent: string[]
  /** The person may approve somewhere. */
  approves: boolean
  signedInAs: string
}

/** Every page of auth as HTML text. All values are escaped by the templates. */
export interface Pages {
  signIn(page: SignInPage): string
  consent(page: ConsentPage): string
  /** A failure of the OAuth protocol, told to a person. */
  protocolError(error: string): string
  problem(page: Problem): string
  clients(page: ClientsPage): string
  clientCreated(page: ClientCreatedPage): string
  grants(page: GrantsPage): string
  sessions(page: SessionsPage): string
  secondFactor(page: SecondFactorPage): string
  passkeys(page: PasskeysPage): string
  approvals(page: InboxPage): string
  approval(page: ApprovalPage & { inbox: string; signedInAs: string }): string
  signOut(form: string): string
  signedOut(): string
  /** The one style sheet, the one script and the icon, with the paths they are served at. */
  assets: { path: string; type: string; body: Buffer }[]
}

const folder = new URL('../views/', import.meta.url)

/** Loads templates and assets once. `mount` is the path of auth at the public URL. */
export function createPages(mount: string): Pages {
  const eta = new Eta({ views: fileURLToPath(folder), autoEscape: true, cache: true })
  const styles = asset(mount, 'style.css', 'text/css; charset=utf-8')
  const icon = asset(mount, 'icon.svg', 'image/svg+xml')
  const script = asset(mount, 'pages.js', 'text/javascript; charset=utf-8')
  const paths = { styles: styles.path, icon: icon.path, script: script.path }
  const render = (view: string, data: object) => eta.render(view, { ...data, ...paths })

  return {
    signIn: (page) => render('sign-in', page),
    consent: (page) => render('consent', page),
    protocolError: (error) => render('problem', explained[error] ?? explained.invalid_request),
    problem: (page) => render('problem', page),
    clients: (page) => render('clients', page),
    clientCreated: (page) => render('client-created', page),
    grants: (page) => render('grants', page),
    sessions: (page) => render('sessions', page),
    secondFactor: (page) => render('second-factor', page),
    passkeys: (page) => render('passkeys', page),
    approvals: (page) => render('approvals', page),
    approval: (page) => render('approval', page),
    signOut: (form) => render('sign-out', { ...logoutForm(form) }),
    signedOut: () => render('signed-out', {}),
    assets: [styles, script, icon],
  }
}

/** The content's hash is in the path, so that browsers may keep it for good. */
function asset(mount: string, name: string, type: string): Pages['assets'][number] {
  const body = readFileSync(new URL(name, folder))
  const version = createHash('sha256').update(body).digest('hex').slice(0, 12)
  return { path: `${mount}/assets/${version}-${name}`, type, body }
}

/** The library hands over a form of its own; only its target and its token are taken from it. */
function logoutForm(form: string): { action: string; token: string } {
  return {
    action: /action="([^"]*)"/.exec(form)?.[1] ?? '',
    token: /name="xsrf" value="([^"]*)"/.exec(form)?.[1] ?? '',
  }
}

const startAgain = 'Go back to the app that sent you here and start again.'

interface Problem {
  title: string
  text: string
  next: string
}

const explained: Record<string, Problem> & { invalid_request: Problem } = {
  invalid_client: {
    title: 'This app is not known here',
    text: 'The app that sent you here is not registered, or its description could not be read.',
    next: 'Remove the connection in the app and add it again, so that it registers anew.',
  },
  invalid_redirect_uri: {
    title: 'This app asked for a return address that it did not register',
    text: 'For your safety nothing was sent there.',
    next: 'Remove the connection in the app and add it again.',
  },
  invalid_request: {
    title: 'This request is not complete',
    text: 'The app sent a request that we cannot answer.',
    next: startAgain,
  },
  invalid_target: {
    title: 'This server is not here',
    text: 'The app asked for a server that this installation does not have.',
    next: 'Check the server address in the app.',
  },
  access_denied: { title: 'Nothing was allowed', text: 'The app got no access.', next: startAgain },
  temporarily_unavailable: {
    title: 'We are not ready for a moment',
    text: 'Our database does not answer.',
    next: 'Wait a few seconds, then load this page again.',
  },
  server_error: {
    title: 'Something went wrong on our side',
    text: 'The sign-in could not go on. It is not your fault.',
    next: 'Wait a moment, then start again in the app.',
  },
}
