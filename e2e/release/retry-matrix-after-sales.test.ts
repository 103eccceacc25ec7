import { testRepetition } from '../src/matrix/repetition.ts'
import { rowsOf } from '../src/matrix/tools.ts'

testRepetition(rowsOf('tms', 'rma', 'claims'))
