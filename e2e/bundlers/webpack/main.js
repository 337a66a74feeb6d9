import { measure } from '../measure.js'

await measure(new URL('@earshot/level-meter/worklet', import.meta.url))
