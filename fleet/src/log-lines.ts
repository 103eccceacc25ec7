/** A line of a process that an operator should see. */
export interface Notice {
  severity: 'warning' | 'error'
  text: string
}

const WARN = 40
const ERROR = 50
/** Cheap test before parsing: pino writes the level as a number; 40 and above is a warning or worse. */
const mayMatter = /"level":[456]/

/** What a JSON line of a process's log means to the operator; undefined: nothing. */
export function readLogLine(line: string): Notice | undefined {
  if (!mayMatter.test(line)) return undefined
  try {
    const { level, msg, err } = JSON.parse(line) as { level: number; msg?: string; err?: { message?: string } }
    if (level < WARN) return undefined
    const text = [msg, err?.message].filter((part, index, parts) => part && parts.indexOf(part) === index).join(': ')
    return { severity: level >= ERROR ? 'error' : 'warning', text: oneLine(text) }
  } catch {
    return undefined
  }
}

/** What the operator reads of the lines that are not JSON: the error itself, not the stack around it. */
export function readPlainText(lines: string[]): string | undefined {
  const error = lines.findLast((line) => /^\w*Error\b.*?: /.test(line))
  return oneLine(error?.replace(/^\w*Error[^:]*: /, '') ?? lines.find((line) => line.trim() !== '') ?? '') || undefined
}

const LONGEST = 300

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line
}
