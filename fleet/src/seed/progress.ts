const WIDTH = 30
const STEP = 0.1

/** One line on a terminal that fills; elsewhere a line for every tenth. */
export function progressBar(total: number, out: NodeJS.WriteStream = process.stdout) {
  const startedAt = performance.now()
  let done = 0
  let told = 0
  const line = () => {
    const share = total === 0 ? 1 : done / total
    const filled = Math.round(share * WIDTH)
    const seconds = (performance.now() - startedAt) / 1_000
    const left = share === 0 ? '' : `, ${clock((seconds * (1 - share)) / share)} left`
    return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${Math.floor(share * 100)} %  ${clock(seconds)}${share < 1 ? left : ''}`
  }
  return {
    advance(count: number) {
      done += count
      if (out.isTTY) out.write(`\r\x1b[K${line()}`)
      else if (done === total || done / total >= told + STEP) {
        told = done / total
        out.write(`${line()}\n`)
      }
    },
    /** Ends the line of a terminal. */
    end() {
      if (out.isTTY) out.write('\n')
    },
  }
}

/** Minutes and seconds. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}
