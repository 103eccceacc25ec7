import { exponentOf } from '@backroom/money'

const small = [
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen',
  'eighteen nineteen',
]
  .join(' ')
  .split(' ')
const tens = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const groups = ['', ' thousand', ' million', ' billion', ' trillion', ' quadrillion']

/** An amount spelled out, so that nobody overlooks a digit: `four hundred and twelve US dollars and fifty hundredths`. */
export function amountInWords(minor: number, currency: string): string {
  const exponent = exponentOf(currency)
  const unit = 10 ** exponent
  const whole = Math.floor(Math.abs(minor) / unit)
  const part = Math.abs(minor) % unit
  const fraction = part === 0 ? '' : ` and ${part}/${unit}`
  return `${minor < 0 ? 'minus ' : ''}${numberInWords(whole)}${fraction} ${nameOf(currency, whole === 1 && part === 0)}`
}

/** A whole number from 0 up, in words. */
export function numberInWords(number: number): string {
  if (number === 0) return 'zero'
  const parts: string[] = []
  for (let rest = number, place = 0; rest > 0; rest = Math.floor(rest / 1_000), place++) {
    const group = rest % 1_000
    if (group > 0) parts.unshift(`${belowThousand(group)}${groups[place]}`)
  }
  return parts.join(' ')
}

function belowThousand(number: number): string {
  const hundreds = Math.floor(number / 100)
  const rest = number % 100
  const words = hundreds > 0 ? [`${small[hundreds]} hundred`] : []
  if (rest > 0) words.push(belowHundred(rest))
  return words.join(' and ')
}

function belowHundred(number: number): string {
  if (number < 20) return small[number] ?? ''
  const ones = number % 10
  return `${tens[Math.floor(number / 10)]}${ones > 0 ? `-${small[ones]}` : ''}`
}

/** `US dollar` or `US dollars`, as the language of the pages says it. */
function nameOf(currency: string, isOne: boolean): string {
  const named = { style: 'currency', currency, currencyDisplay: 'name', minimumFractionDigits: 0 } as const
  const parts = new Intl.NumberFormat('en', named).formatToParts(isOne ? 1 : 2)
  return parts.find(({ type }) => type === 'currency')?.value ?? currency
}
