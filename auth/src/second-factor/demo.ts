import type { SecondFactors } from './second-factors.ts'
import { fromBase32 } from './totp.ts'

/** What the authenticator apps of the demo's approvers are told, by subject. As public as the demo password. */
export const demoSecrets: Readonly<Record<string, string>> = {
  'staff-approver1': 'BACKROOMAPPROVERONEDEMOSECRETAAA',
  'staff-approver2': 'BACKROOMAPPROVERTWODEMOSECRETBBB',
}

/** Gives the demo's approvers an authenticator app, unless they have one. */
export async function seedDemoSecondFactors({ codes }: SecondFactors): Promise<void> {
  for (const [sub, secret] of Object.entries(demoSecrets))
    if (!(await codes.has(sub))) await codes.enroll(sub, fromBase32(secret))
}
