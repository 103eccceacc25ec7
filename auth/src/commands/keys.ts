import { ConfigurationError, readSettings } from '@backroom/configuration'
import { z } from 'zod'
import { type RotationStep, rotate, rotationSteps } from '../key-rotation.ts'
import { readAuthKeys, writeAuthKeys } from '../keys.ts'
import { environmentOfFleet } from './running-fleet.ts'

const usage = `Usage: npm run -s keys -- <step>
  list     shows the signing keys; the first one signs
  add      adds a signing key and a cookie secret at the end: they verify, they do not sign yet
  promote  moves the last ones to the front: they sign from now on
  retire   removes the last ones
A rotation is add, ten minutes of waiting until every server has the new key, promote, an hour until the last old token has
ended, retire. A running auth follows the file by itself. AUTH_KEYS_FILE names it; unset, it is the one of this checkout.`

/** One step of a key rotation. */
async function main(): Promise<void> {
  const { AUTH_KEYS_FILE: path } = readSettings({ AUTH_KEYS_FILE: z.string() }, environmentOfFleet())
  const [step = '', ...more] = process.argv.slice(2)
  if (more.length > 0 || !(step === 'list' || isStep(step))) throw new ConfigurationError(usage)
  const before = readAuthKeys(path)
  const after = step === 'list' ? before : await rotate(before, step)
  if (after !== before) await writeAuthKeys(path, after)
  for (const [index, { kid }] of after.signing.entries()) console.log(`${kid}${index === 0 ? '  signs' : ''}`)
}

function isStep(step: string): step is RotationStep {
  return (rotationSteps as readonly string[]).includes(step)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
