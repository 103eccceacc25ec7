import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto'
import type { JWK } from 'jose'

/** A token that must not be accepted, and why. */
export interface Forgery {
  why: string
  token: string
}

type Members = Record<string, unknown>

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs any header and payload with a P-256 key, valid or not. */
function signed(header: unknown, payload: unknown, key: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

const now = () => Math.floor(Date.now() / 1_000)

/** What the authorization server would put into a token, and the key that it would sign with. */
export interface TokenTemplate {
  /** Claims of a token that the server under test accepts, without times and `jti`. */
  claims: Members & { iss: string; aud: string }
  /** The authority's private P-256 key with its `kid`. */
  key: JWK
}

/** A token made by the template as it stands, to show that the corpus would be accepted but for its flaws. */
export function genuineToken({ claims, key }: TokenTemplate): string {
  const payload = { ...claims, jti: randomUUID(), iat: now(), exp: now() + 300 }
  const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid }
  return signed(header, payload, createPrivateKey({ key: { ...key }, format: 'jwk' }))
}

/** Tokens that differ from a genuine one in one way each. */
export function forgedTokens({ claims, key }: TokenTemplate): Forgery[] {
  const genuine = createPrivateKey({ key: { ...key }, format: 'jwk' })
  const { kid } = key
  const { iss, aud } = claims
  const published = { ...createPublicKey(genuine).export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const strangerJwk = { ...stranger.publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' }
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const header = { alg: 'ES256', typ: 'at+jwt', kid }
  const payload: Members = { ...claims, jti: 'forged', iat: now(), exp: now() + 300 }
  const without = (name: string) => Object.fromEntries(Object.entries(payload).filter(([member]) => member !== name))
  const withClaims = (changes: Members) => signed(header, { ...payload, ...changes }, genuine)
  const withHeader = (changes: Members, key = genuine) => signed({ ...header, ...changes }, payload, key)
  const valid = signed(header, payload, genuine)
  const [head = '', body = '', signature = ''] = valid.split('.')
  const unsigned = (alg: string) => `${encode({ ...header, alg })}.${encode(payload)}.`
  const macInput = `${encode({ ...header, alg: 'HS256' })}.${encode(payload)}`
  const mac = (secret: string) => `${macInput}.${createHmac('sha256', secret).update(macInput).digest('base64url')}`
  const rsaInput = `${encode({ ...header, alg: 'RS256' })}.${encode(payload)}`

  const forgeries: Record<string, string> = {
    'alg none': unsigned('none'),
    'alg None': unsigned('None'),
    'alg NONE': unsigned('NONE'),
    'alg nOnE with a signature': withHeader({ alg: 'nOnE' }),
    'no alg': withHeader({ alg: undefined }),
    'alg that is a number': withHeader({ alg: 5 }),
    'alg that is a list': withHeader({ alg: ['ES256'] }),
    'HS256 with the public key as secret': mac(JSON.stringify(published)),
    'HS256 with the coordinate as secret': mac(String(published.x)),
    'HS256 with an empty secret': mac(''),
    'RS256 with a strange key': `${rsaInput}.${sign('sha256', Buffer.from(rsaInput), rsa.privateKey).toString('base64url')}`,
    'ES384 with a key of that curve': `${encode({ ...header, alg: 'ES384' })}.${encode(payload)}.${sign('sha384', Buffer.from(`${encode({ ...header, alg: 'ES384' })}.${encode(payload)}`), { key: p384.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`,
    'ES256 by a key of P-384': signed(header, payload, p384.privateKey),
    'a strange key under the published kid': withHeader({}, stranger.privateKey),
    'a strange key embedded as jwk': withHeader({ jwk: strangerJwk }, stranger.privateKey),
    'a strange key embedded as jwk without kid': withHeader({ jwk: strangerJwk, kid: undefined }, stranger.privateKey),
    'a key set elsewhere (jku)': withHeader({ jku: 'https://attacker.example/jwks' }, stranger.privateKey),
    'a key set on loopback (jku)': withHeader({ jku: new URL('/auth/other', iss).href }, stranger.privateKey),
    'a certificate elsewhere (x5u)': withHeader({ x5u: 'https://attacker.example/cert' }, stranger.privateKey),
    'an embedded certificate (x5c)': withHeader({ x5c: ['MIIB'] }, stranger.privateKey),
    'an unknown kid': withHeader({ kid: 'unknown' }),
    'a kid that is a path': withHeader({ kid: '../../../../dev/null' }),
    'a kid that is SQL': withHeader({ kid: `${kid}' or '1'='1` }),
    'a kid that is an address': withHeader({ kid: 'https://attacker.example/key' }),
    'a kid that is a number': withHeader({ kid: 5 }),
    'a kid that is an object': withHeader({ kid: { toString: kid } }),
    'an empty kid': withHeader({ kid: '' }),
    'no kid, with a strange key': withHeader({ kid: undefined }, stranger.privateKey),
    'typ JWT': withHeader({ typ: 'JWT' }),
    'typ of an id token': withHeader({ typ: 'id_token+jwt' }),
    'typ of a logout token': withHeader({ typ: 'logout+jwt' }),
    'no typ': withHeader({ typ: undefined }),
    'an empty typ': withHeader({ typ: '' }),
    'typ that is a number': withHeader({ typ: 5 }),
    'an unknown critical header': withHeader({ crit: ['exp'], exp: now() + 300 }),
    'a critical header that is absent': withHeader({ crit: ['mood'] }),
    'an empty critical list': withHeader({ crit: [] }),
    'an unencoded payload': withHeader({ crit: ['b64'], b64: false }),
    'another issuer': withClaims({ iss: 'https://attacker.example/auth' }),
    'the issuer with a slash': withClaims({ iss: `${iss}/` }),
    'a list of issuers': withClaims({ iss: [iss] }),
    'the audience of another domain': withClaims({ aud: new URL('/payments/mcp', aud).href }),
    'the audience with a slash': withClaims({ aud: `${aud}/` }),
    'the audience in capitals': withClaims({ aud: aud.toUpperCase() }),
    'the origin as audience': withClaims({ aud: new URL(aud).origin }),
    'the client as audience': withClaims({ aud: claims.client_id }),
    'two audiences': withClaims({ aud: [aud, new URL('/oms/mcp', aud).href] }),
    'a list of one audience': withClaims({ aud: [aud] }),
    'an audience that is an object': withClaims({ aud: { resource: aud } }),
    ...Object.fromEntries(
      ['iss', 'aud', 'sub', 'client_id', 'jti', 'iat', 'exp'].map((name) => [
        `no ${name}`,
        signed(header, without(name), genuine),
      ]),
    ),
    'expired by six seconds': withClaims({ exp: now() - 6 }),
    'expired long ago': withClaims({ exp: 1 }),
    'exp that is text': withClaims({ exp: String(now() + 300) }),
    'exp that is null': withClaims({ exp: null }),
    'not yet valid': withClaims({ nbf: now() + 60 }),
    'nbf that is text': withClaims({ nbf: 'yesterday' }),
    'iat that is text': withClaims({ iat: 'today' }),
    'iat that is an object': withClaims({ iat: {} }),
    'sub that is a number': withClaims({ sub: 5 }),
    'sub that is empty': withClaims({ sub: '' }),
    'sub that is a list': withClaims({ sub: [claims.sub] }),
    'client_id that is an object': withClaims({ client_id: {} }),
    'jti that is a number': withClaims({ jti: 5 }),
    'a customer other than the subject': withClaims({ customer_id: 'cust-002' }),
    'a key binding (cnf)': withClaims({ cnf: { jkt: 'x' } }),
    'nested actors': withClaims({ act: { sub: 'oms', act: { sub: 'rma' } } }),
    'an actor that is text': withClaims({ act: 'oms' }),
    'a payload that is a list': signed(header, [payload], genuine),
    'a payload that is text': signed(header, 'payload', genuine),
    'a payload that is null': signed(header, null, genuine),
    'no signature': `${head}.${body}.`,
    'two parts': `${head}.${body}`,
    'one part': head,
    'four parts': `${valid}.${signature}`,
    'five parts, as of an encrypted token': `${head}.${body}.${signature}.x.y`,
    'half a signature': `${head}.${body}.${signature.slice(0, 40)}`,
    'another signature': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'a signature of zeros': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
    'another payload': `${head}.${encode({ ...payload, sub: 'staff-admin' })}.${signature}`,
    'a header that is no JSON': `${Buffer.from('{').toString('base64url')}.${body}.${signature}`,
    'a header that is null': `${encode(null)}.${body}.${signature}`,
    'a payload that is no JSON': `${head}.${Buffer.from('{').toString('base64url')}.${signature}`,
    'empty parts': '..',
    'no token at all': 'undefined',
    'a number': '5',
    '20 KB of nothing': `${head}.${'A'.repeat(20_000)}.${signature}`,
  }
  return Object.entries(forgeries).map(([why, token]) => ({ why, token }))
}
