import { measure } from '../measure.js'

await measure('/node_modules/@earshot/level-meter/dist/worklet.js')
