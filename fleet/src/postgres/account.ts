import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** The operating system account that Postgres runs as; absent: our own. */
export interface Account {
  uid: number
  gid: number
}

/**
 * Postgres refuses to run as root. As root it runs as the owner of the data that is already there, else as `nobody`, so
 * that no account has to be created on the host. As an ordinary user it runs as that user.
 */
export function postgresAccount(folder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  if (existsSync(folder)) {
    const { uid, gid } = statSync(folder)
    if (uid !== 0) return { uid, gid }
  }
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Gives a file or folder to the account. */
export function give(path: string, account: Account | undefined): void {
  if (account) chownSync(path, account.uid, account.gid)
}

/** A command line and the spawn options that run it as the account. */
export interface Command {
  file: string
  args: string[]
  account?: Account
}

/**
 * The command line and spawn options that run a Postgres program as the account. Another account cannot pass through a
 * closed folder such as /root; the program then keeps the one right to do so (`setpriv` of util-linux).
 */
export function asAccount(file: string, args: string[], account: Account | undefined, paths: string[]): Command {
  if (!account) return { file, args }
  if ([file, ...paths].every((path) => canReach(path, account))) return { file, args, account }
  const right = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup']
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups']
  return { file: 'setpriv', args: [...identity, ...right, file, ...args] }
}

/** A program to spawn, with our own account unless one is named. */
export interface Command {
  file: string
  args: string[]
  account?: Account
}

const OTHERS_MAY_PASS = 0o001

function canReach(path: string, account: Account): boolean {
  const parent = dirname(path)
  if (parent === path) return true
  const { mode, uid: owner } = statSync(parent)
  return (owner === account.uid || (mode & OTHERS_MAY_PASS) !== 0) && canReach(parent, account)
}
