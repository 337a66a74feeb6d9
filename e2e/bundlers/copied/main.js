import { measure } from '../measure.js'

await measure('/worklet.js')
