export { type Happening, reportFact, reportFacts } from './report.ts'
export { Fact, type FactData, type FactInput, type FactType, factSchemas } from './schemas.ts'
