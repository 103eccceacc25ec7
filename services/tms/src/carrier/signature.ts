import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { BadWebhook } from './carrier.ts'

const HEADER = 'carrier-signature'
const AGE_LIMIT_S = 300

/** Signs a body: `carrier-signature: t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">`. */
export function signatureHeaders(body: string, secret: string): Record<string, string> {
  const seconds = String(Math.floor(Date.now() / 1_000))
  return { [HEADER]: `t=${seconds},v1=${digest(seconds, body, secret).toString('hex')}` }
}

/** @throws {BadWebhook} unless the bytes were signed with the secret within the last five minutes */
export function requireSignature(rawBody: Buffer, headers: IncomingHttpHeaders, secret: string): void {
  const given = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(String(headers[HEADER]))
  if (!given) throw new BadWebhook('the signature is missing or malformed')
  const [, seconds = '', signature = ''] = given
  if (!timingSafeEqual(digest(seconds, rawBody, secret), Buffer.from(signature, 'hex')))
    throw new BadWebhook('the signature does not match')
  if (Math.abs(Date.now() / 1_000 - Number(seconds)) > AGE_LIMIT_S) throw new BadWebhook('the signature is too old')
}

function digest(seconds: string, body: string | Buffer, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest()
}
