import colors from 'picocolors'
import type { Notice } from './log-lines.ts'

/** Everything that `npm start` says while it works. */
export interface Report {
  /** A step is done; the seconds since the last one are added. */
  done(text: string): void
  notice(name: string, notice: Notice): void
  /** Good news about one process. */
  good(name: string, text: string): void
  plain(text: string): void
}

const REPEAT_MS = 10_000

/** Writes to standard output, one line each; the same complaint of the same process at most every 10 s. */
export function terminalReport(): Report {
  let last = 0
  const complaints = new Map<string, number>()
  const isRepeat = (key: string) => {
    const now = Date.now()
    const before = complaints.get(key) ?? 0
    if (now - before < REPEAT_MS) return true
    if (complaints.size > 1_000) complaints.clear()
    complaints.set(key, now)
    return false
  }
  return {
    done(text) {
      const now = performance.now()
      const seconds = ((now - last) / 1_000).toFixed(1)
      last = now
      console.log(`${colors.green('✓')} ${text} ${colors.dim(`${seconds} s`)}`)
    },
    notice(name, { severity, text }) {
      if (isRepeat(`${name} ${text}`)) return
      const mark = severity === 'error' ? colors.red('✗') : colors.yellow('!')
      console.log(`${mark} ${colors.bold(name)}: ${text}`)
    },
    good(name, text) {
      console.log(`${colors.green('✓')} ${colors.bold(name)}: ${text}`)
    },
    plain(text) {
      console.log(text)
    },
  }
}
