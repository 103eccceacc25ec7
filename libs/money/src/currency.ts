const DEFAULT_EXPONENT = 2

/** ISO 4217 currencies whose minor unit is not a hundredth. */
const exponents: Record<string, number> = {
  ...withExponent(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...withExponent(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...withExponent(4, 'CLF UYW'),
}

/** Decimal places between the major and the minor unit: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217). */
export function exponentOf(currency: string): number {
  return exponents[currency] ?? DEFAULT_EXPONENT
}

function withExponent(exponent: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, exponent]))
}
