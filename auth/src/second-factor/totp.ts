import { createHmac, timingSafeEqual } from 'node:crypto'

const STEP_S = 30
const DIGITS = 6
/** Clocks differ, and people take their time: the code before and the one after count as well. */
const NEIGHBOURS = [0, -1, 1]
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The number of the half minute (RFC 6238) at a moment in epoch milliseconds. */
export function stepAt(moment: number): number {
  return Math.floor(moment / 1_000 / STEP_S)
}

/** The code of a half minute: six digits. */
export function codeAt(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const start = (mac.at(-1) ?? 0) & 0xf
  const number = (mac.readUInt32BE(start) & 0x7fffffff) % 10 ** DIGITS
  return String(number).padStart(DIGITS, '0')
}

/** The half minute that a typed code belongs to; undefined for a code of none of these. */
export function matchingStep(secret: Buffer, typed: string, now = Date.now()): number | undefined {
  const code = typed.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(code)) return undefined
  const steps = NEIGHBOURS.map((offset) => stepAt(now) + offset)
  return steps.find((step) => timingSafeEqual(Buffer.from(codeAt(secret, step)), Buffer.from(code)))
}

/** A secret as authenticator apps take it (RFC 4648, base 32 without padding). */
export function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

/** The bytes of {@link base32} text. */
export function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const bytes = bits.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}
