import { styleText } from 'node:util'
import type { Check, Examination } from './examine.ts'

/** The findings for a person: one block an era; the tools are printed once when both eras show the same. */
export function reportForPeople(server: URL, examinations: readonly Examination[]): string {
  const [first] = examinations
  const same = examinations.every(({ tools }) => names(tools) === names(first?.tools ?? []))
  const blocks = examinations.map((examination, index) => block(examination, same && index > 0))
  return [styleText('bold', server.href), ...blocks, verdict(examinations)].join('\n\n')
}

function block({ era, protocol_version, server, tools, checks }: Examination, toolsKnown: boolean): string {
  const title = server.title && server.title !== server.name ? ` (${server.title})` : ''
  const width = Math.max(0, ...tools.map(({ name }) => name.length))
  const toolLines = toolsKnown
    ? [styleText('dim', `  the same ${tools.length} tools`)]
    : tools.map(({ name, description }) => `  ${name.padEnd(width)}  ${styleText('dim', firstSentence(description))}`)
  return [
    `${styleText('bold', era)}: ${server.name}${title} ${server.version}, protocol ${protocol_version}`,
    ...toolLines,
    ...checks.map(checkLine),
  ].join('\n')
}

function checkLine({ ok, title, detail }: Check): string {
  return `  ${ok ? styleText('green', 'ok') : styleText('red', 'FAILED')}  ${title}\n      ${detail}`
}

function verdict(examinations: readonly Examination[]): string {
  const checks = examinations.flatMap((examination) => examination.checks)
  const failed = checks.filter(({ ok }) => !ok).length
  return failed === 0
    ? styleText('green', `All ${checks.length} checks passed.`)
    : styleText('red', `${failed} of ${checks.length} checks failed.`)
}

function firstSentence(text: string): string {
  const sentence = /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text
  const line = sentence.replace(/\s+/g, ' ')
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}

const names = (tools: Examination['tools']) => tools.map(({ name }) => name).join()
