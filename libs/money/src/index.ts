export { allocate, shareOf } from './allocate.ts'
export { exponentOf } from './currency.ts'
export { formatMoney, MoneyFormatError, majorUnits, minorUnits } from './major-units.ts'
export { type PricedLine, priceLines, type Quote, type QuoteLine, type QuoteTerms } from './price-lines.ts'
