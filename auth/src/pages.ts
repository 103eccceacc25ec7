import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'

/** A scope on the consent page. */
export interface ScopeChoice {
  name: string
  sentence: string
  /** Asked for by name only, outside the usual set; not ticked beforehand. */
  isRestricted: boolean
}

export interface SignInPage {
  action: string
  abort: string
  clientName: string
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

/** Every page of auth as HTML text. All values are escaped by the templates. */
export interface Pages {
  signIn(page: SignInPage): string
  consent(page: ConsentPage): string
  /** A failure of the OAuth protocol, told to a person. */
  protocolError(error: string): string
  problem(page: Problem): string
  signOut(form: string): string
  signedOut(): string
  /** The one style sheet and the icon, with the paths they are served at. */
  assets: { path: string; type: string; body: Buffer }[]
}

const folder = new URL('../views/', import.meta.url)

/** Loads templates and assets once. `mount` is the path of auth at the public URL. */
export function createPages(mount: string): Pages {
  const eta = new Eta({ views: fileURLToPath(folder), autoEscape: true, cache: true })
  const styles = asset(mount, 'style.css', 'text/css; charset=utf-8')
  const icon = asset(mount, 'icon.svg', 'image/svg+xml')
  const render = (view: string, data: object) => eta.render(view, { ...data, styles: styles.path, icon: icon.path })

  return {
    signIn: (page) => render('sign-in', page),
    consent: (page) => render('consent', page),
    protocolError: (error) => render('problem', explained[error] ?? explained.invalid_request),
    problem: (page) => render('problem', page),
    signOut: (form) => render('sign-out', { ...logoutForm(form) }),
    signedOut: () => render('signed-out', {}),
    assets: [styles, icon],
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
