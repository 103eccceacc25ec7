export { allocate, shareOf } from './allocate.ts'
export { exponentOf } from './currency.ts'
export { formatMoney, MoneyFormatError, majorUnits, minorUnits } from './major-units.ts'
