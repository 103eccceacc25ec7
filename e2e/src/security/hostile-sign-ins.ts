import fc from 'fast-check'
import { bearers, bodyTypes, headersOf, headerText, optional, values, words } from './hostile-text.ts'
import type { Knowledge } from './knowledge.ts'
import type { RawRequest } from './raw-client.ts'

/** Requests to every public endpoint and page of auth. */
export function hostileSignIns(known: Knowledge): fc.Arbitrary<RawRequest> {
  const word = words(known)
  return fc.oneof(
    { arbitrary: protocolRequests(known, word), weight: 4 },
    { arbitrary: registrations(values(known)), weight: 1 },
    { arbitrary: pages(known, word), weight: 1 },
    { arbitrary: passwordLogins(), weight: 1 },
  )
}

const fieldNames = [
  ...['grant_type', 'client_id', 'client_secret', 'code', 'code_verifier', 'redirect_uri', 'refresh_token', 'scope'],
  ...['resource', 'client_assertion', 'client_assertion_type', 'token', 'token_type_hint', 'response_type', 'state'],
  ...['code_challenge', 'code_challenge_method', 'prompt', 'max_age', 'request_uri', 'request', 'response_mode'],
  ...['claims', 'id_token_hint', 'login_hint', 'nonce', 'acr_values', 'audience', 'subject_token', 'logout', 'xsrf'],
]

/** OAuth endpoints with parameters of OAuth, in the query or in a body of any type. */
function protocolRequests(known: Knowledge, word: fc.Arbitrary<string>) {
  const endpoints = ['token', 'authorize', 'revoke', 'request', 'token/introspection', 'session/end', 'jwks']
  return fc
    .record({
      endpoint: fc.constantFrom(...endpoints),
      fields: fc.array(fc.tuple(fc.constantFrom(...fieldNames), word), { maxLength: 9 }),
      inBody: fc.boolean(),
      type: fc.oneof({ arbitrary: fc.constant(bodyTypes[0]), weight: 4 }, fc.constantFrom(...bodyTypes)),
      authorization: optional(bearers(known)),
    })
    .map(({ endpoint, fields, inBody, type, authorization }): RawRequest => {
      const target = `/auth/${endpoint}`
      if (!inBody || endpoint === 'authorize')
        return { method: 'GET', target: `${target}?${formOf(fields)}`, headers: headersOf({ authorization }) }
      const headers = headersOf({ authorization, 'content-type': type })
      return { method: 'POST', target, headers, body: bodyOf(fields, type) }
    })
}

/** Client registrations whose members may have any type. */
function registrations(value: fc.Arbitrary<unknown>): fc.Arbitrary<RawRequest> {
  const members = [
    ...['redirect_uris', 'client_name', 'grant_types', 'response_types', 'token_endpoint_auth_method', 'scope'],
    ...['application_type', 'jwks', 'jwks_uri', 'logo_uri', 'contacts', 'software_statement', 'mcp_allowed_scopes'],
  ]
  const list = fc.array(value, { maxLength: 3 })
  const metadata = fc.dictionary(fc.constantFrom(...members), fc.oneof(value, list), { maxKeys: 8 })
  return metadata.map((body) => ({
    method: 'POST',
    target: '/auth/register',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }))
}

/** Pages of a sign-in that has begun, with its cookies and odd fields. */
function pages(known: Knowledge, word: fc.Arbitrary<string>): fc.Arbitrary<RawRequest> {
  return fc
    .record({
      begun: fc.constantFrom(...known.signIns),
      cookie: optional(headerText(word)),
      step: fc.constantFrom('', '/login', '/consent', '/nothing'),
      method: fc.constantFrom('GET', 'POST'),
      fields: fc.array(fc.tuple(fc.constantFrom('login', 'scope', 'xsrf', '__proto__'), word), { maxLength: 4 }),
      type: fc.oneof({ arbitrary: fc.constant(bodyTypes[0]), weight: 4 }, fc.constantFrom(...bodyTypes)),
      site: optional(fc.constantFrom('same-origin', 'cross-site', 'none', '?')),
    })
    .map(({ begun, cookie, step, method, fields, type, site }) => ({
      method,
      target: `/auth/interaction/${begun.uid}${step}`,
      headers: headersOf({
        cookie: cookie === undefined ? begun.cookie : `${begun.cookie}; ${cookie}`,
        'sec-fetch-site': site,
        'content-type': type,
      }),
      ...(method === 'POST' ? { body: bodyOf(fields, type) } : {}),
    }))
}

/** The storefront's own sign-in. */
function passwordLogins(): fc.Arbitrary<RawRequest> {
  const credentials = fc.record({ email: fc.emailAddress(), password: fc.constant('x') })
  return fc.oneof(fc.jsonValue({ maxDepth: 2 }), credentials).map((body) => ({
    method: 'POST',
    target: '/auth/login',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }))
}

function bodyOf(fields: [name: string, text: string][], type: string | undefined): string {
  if (type === 'application/json') return JSON.stringify(Object.fromEntries(fields))
  return formOf(fields)
}

function formOf(fields: [name: string, text: string][]): string {
  return new URLSearchParams(fields.map(([name, text]): [string, string] => [name, text.toWellFormed()])).toString()
}
