import { closeSync, openSync, readSync, statSync } from 'node:fs'

const EVERY_MS = 200
const CHUNK_BYTES = 64 * 1024

/** A log file that is being read while another process writes it. */
export interface Followed {
  /** Reads what is left and stops. */
  close(): void
}

/**
 * Tells every line that is appended to a file from now on. The writer owns the file, not a pipe to us: it must not block
 * or break when we are busy or gone.
 */
export function followLog(path: string, onLine: (line: string) => void): Followed {
  const file = openSync(path, 'r')
  const decoder = new TextDecoder()
  const buffer = Buffer.alloc(CHUNK_BYTES)
  let position = statSync(path).size
  let rest = ''
  const read = () => {
    for (;;) {
      const count = readSync(file, buffer, 0, CHUNK_BYTES, position)
      if (count === 0) return
      position += count
      const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      lines.forEach(onLine)
    }
  }
  const timer = setInterval(read, EVERY_MS)
  return {
    close() {
      clearInterval(timer)
      read()
      if (rest) onLine(rest)
      closeSync(file)
    },
  }
}
