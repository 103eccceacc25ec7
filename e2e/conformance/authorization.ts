import { fillAndSubmit, openBrowser } from '@backroom/auth/form-browser'
import { freePort } from '@backroom/fleet-testing'
import { type Revision, runSuite, type Verdict } from './suite.ts'

/** What the suite asks of an authorization server, and who signs in there. */
export interface AuthorizationSubject {
  issuer: string
  /** A public client that may use any loopback port. */
  clientId: string
  /** Resource identifier that the token is for. */
  resource: string
  login: string
  password: string
}

/** Runs the authorization-server scenarios of a revision and signs in where they wait for a person. */
export async function testAuthorizationServer(subject: AuthorizationSubject, revision: Revision): Promise<Verdict> {
  const port = await freePort()
  const waiting = Promise.withResolvers<URL>()
  const giveUp = new AbortController()
  const suite = runSuite(
    [
      ...['authorization', '--url', subject.issuer, '--spec-version', revision],
      ...['--client-id', subject.clientId, '--resource', subject.resource, '--port', String(port)],
    ],
    {
      signal: giveUp.signal,
      onOutput(printed) {
        const [url] = /^http\S+\/authorize\?\S+$/m.exec(printed) ?? []
        if (url && printed.includes('Callback server started')) waiting.resolve(new URL(url))
      },
    },
  )
  const visit = waiting.promise.then((url) => signIn(url, `http://127.0.0.1:${port}/callback`, subject))
  try {
    return await Promise.race([suite, visit.then(() => suite)])
  } finally {
    giveUp.abort()
  }
}

/** Does what a person does: fills in each page until a redirect leads to the callback, and follows it. */
async function signIn(start: URL, callback: string, { login, password }: AuthorizationSubject): Promise<void> {
  const browser = openBrowser((url) => url.href.startsWith(callback))
  let page = await browser.get(start)
  while (page.kind === 'page') {
    if (page.status >= 400) throw new Error(`The sign-in ended at "${page.title}". ${page.alert}`)
    page = await fillAndSubmit(browser, page, { login, password })
  }
  await fetch(page.url)
}
